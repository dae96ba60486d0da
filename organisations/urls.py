"""Public pages, sign-up, invitations and the members' space."""

from django.urls import path, re_path

from . import views

app_name = "organisations"

_SPACE = "espace/<int:pk>-<slug:slug>/"

urlpatterns = [
    path("organisations/", views.directory, name="directory"),
    path("organisations/inscription/", views.sign_up, name="sign_up"),
    path("organisations/inscription/identite/", views.sign_up_identity, name="sign_up_identity"),
    re_path(
        r"^organisations/inscription/(?P<pk>[0-9]{1,12})/(?P<step>identite|adresse|presentation)/$",
        views.sign_up_step,
        name="sign_up_step",
    ),
    path("organisations/inscription/<int:pk>/resume/", views.sign_up_summary, name="sign_up_summary"),
    path("organisations/<int:pk>-<slug:slug>/", views.public, name="public"),
    path("organisations/<int:pk>-<slug:slug>/rejoindre/", views.join, name="join"),
    path("invitations/<str:token>/", views.invitation, name="invitation"),
    path(_SPACE, views.space, name="space"),
    path(f"{_SPACE}equipe/", views.team, name="team"),
    path(f"{_SPACE}equipe/inviter/", views.invite, name="invite"),
    path(f"{_SPACE}equipe/<int:member>/role/", views.change_role, name="change_role"),
    path(f"{_SPACE}equipe/<int:member>/retirer/", views.remove_member, name="remove_member"),
    path(f"{_SPACE}equipe/quitter/", views.leave, name="leave"),
    path(
        f"{_SPACE}equipe/invitations/<int:invitation>/annuler/",
        views.cancel_invitation,
        name="cancel_invitation",
    ),
    path(
        f"{_SPACE}equipe/invitations/<int:invitation>/renvoyer/",
        views.resend_invitation,
        name="resend_invitation",
    ),
    path(f"{_SPACE}equipe/demandes/<int:asked>/accepter/", views.accept_join, name="accept_join"),
    path(f"{_SPACE}equipe/demandes/<int:asked>/refuser/", views.decline_join, name="decline_join"),
    path(f"{_SPACE}reglages/", views.settings, name="settings"),
    path(f"{_SPACE}reglages/fermer/", views.close, name="close"),
]
