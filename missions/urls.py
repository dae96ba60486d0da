"""Addresses of missions: public, and in the space of an organisation."""

from django.urls import include, path

from . import page_views, views
from . import space_views as space

app_name = "missions"

SPACE = "espace/<int:pk>-<slug:slug>/missions/"

urlpatterns = [
    path("missions/", views.missions, name="list"),
    path("missions/suggestions/", views.suggest, name="suggestions"),
    path("missions/<int:pk>-<slug:slug>/", page_views.mission, name="page"),
    path(
        "missions/<int:pk>-<slug:slug>/creneaux/<int:slot>/calendrier.ics",
        page_views.slot_calendar,
        name="calendar",
    ),
    # Applying is an upper app's page, under the mission's address: named here, imported nowhere.
    path("missions/<int:pk>-<slug:slug>/candidater/", include("missions.participations.apply_urls")),
    path(SPACE, space.missions, name="space"),
    path(f"{SPACE}nouvelle/", space.create, name="create"),
    path(f"{SPACE}<int:mission_pk>/", space.manage, name="manage"),
    path(f"{SPACE}<int:mission_pk>/relire/", space.review, name="review"),
    path(f"{SPACE}<int:mission_pk>/creneaux/", space.slots, name="slots"),
    path(f"{SPACE}<int:mission_pk>/creneaux/annuler/", space.cancel_slots, name="cancel_slots"),
    path(f"{SPACE}<int:mission_pk>/creneaux/<int:slot_pk>/", space.slot, name="slot"),
    path(f"{SPACE}<int:mission_pk>/envoyer/", space.submit, name="submit"),
    path(f"{SPACE}<int:mission_pk>/fermer/", space.close, name="close"),
    path(f"{SPACE}<int:mission_pk>/rouvrir/", space.reopen, name="reopen"),
    path(f"{SPACE}<int:mission_pk>/dupliquer/", space.duplicate, name="duplicate"),
    path(f"{SPACE}<int:mission_pk>/annuler/", space.cancel, name="cancel"),
    path(f"{SPACE}<int:mission_pk>/retirer-les-changements/", space.withdraw_edit, name="withdraw_edit"),
    path(f"{SPACE}<int:mission_pk>/modifier/<slug:section>/", space.edit, name="edit"),
]
