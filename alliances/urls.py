"""Alliances: starting one, answering an invitation, what anybody reads, and the parties' space under `…/espace/`."""

from django.urls import path

from . import (
    composition_views,
    invitation_views,
    mission_views,
    party_views,
    public_views,
    space_views,
    spread_views,
    starting_views,
    views,
)

app_name = "alliances"

_ONE = "alliances/<int:pk>-<slug:slug>/"
SPACE = f"{_ONE}espace/"
_PARTY = f"{SPACE}parties/<int:party_pk>/"
_INVITATION = f"{SPACE}invitations/<int:invitation_pk>/"

urlpatterns = [
    path("alliances/", public_views.listing, name="list"),
    path("alliances/nouvelle/", starting_views.new, name="new"),
    path("alliances/nouvelle/<slug:step>/", starting_views.step, name="new_step"),
    path("alliances/invitation/<str:token>/", invitation_views.answer, name="invitation"),
    path("alliances/invitation/<str:token>/rejoindre/", invitation_views.join, name="join"),
    path("espace/<int:pk>-<slug:slug>/alliances/", views.of_organisation, name="of_organisation"),
    path(_ONE, views.public, name="public"),
    path(f"{_ONE}essaimer/", spread_views.spread, name="spread"),
    path(SPACE, views.home, name="home"),
    path(f"{SPACE}parcours/", space_views.show_journey, name="journey"),
    path(f"{SPACE}parcours/<slug:key>/", space_views.set_step, name="set_step"),
    path(f"{SPACE}methodes/retirer/", space_views.drop_guide, name="drop_guide"),
    path(f"{SPACE}methodes/<int:guided_pk>/", space_views.tick_guided, name="tick_guided"),
    path(f"{SPACE}etape/<slug:verb>/", space_views.move_stage, name="move_stage"),
    path(f"{SPACE}tour-de-table/", composition_views.show, name="composition"),
    path(
        f"{SPACE}tour-de-table/inviter/<int:organisation>/", composition_views.invite, name="invite_proposed"
    ),
    path(f"{SPACE}parties/", party_views.parties, name="parties"),
    path(_PARTY, party_views.party, name="party"),
    path(f"{_PARTY}roles/", party_views.roles, name="roles"),
    path(f"{_PARTY}renoncer/", party_views.renounce_third, name="renounce_third"),
    path(f"{_PARTY}quitter/", party_views.leave, name="leave"),
    path(f"{SPACE}invitations/", party_views.invite, name="invite"),
    path(f"{_INVITATION}renvoyer/", party_views.resend_invitation, name="resend_invitation"),
    path(f"{_INVITATION}retirer/", party_views.cancel_invitation, name="cancel_invitation"),
    path(f"{SPACE}missions/", mission_views.show, name="missions"),
    path(f"{SPACE}missions/<int:mission_pk>/retirer/", mission_views.drop, name="drop_mission"),
    path(f"{SPACE}reglages/", space_views.settings, name="settings"),
    path(f"{SPACE}reglages/<slug:section>/", space_views.section, name="section"),
    path(f"{SPACE}categorie/", space_views.category, name="category"),
    path(f"{SPACE}conditions/", space_views.check_conditions, name="conditions"),
    path(f"{SPACE}page-publique/", space_views.publication, name="publication"),
    path(f"{SPACE}activite/", space_views.show_activity, name="activity"),
    path(f"{SPACE}copie/", space_views.export, name="export"),
    path(f"{SPACE}essaimer/", spread_views.spreading_of, name="spreading"),
    path(f"{SPACE}reveiller/", space_views.wake, name="wake"),
    path(f"{SPACE}clore/", space_views.close, name="close"),
]
