"""Applications, as a person and as an organisation follow them."""

from django.urls import path

from . import apply_views, my_views, space_views

app_name = "participations"

SPACE = "espace/<int:pk>-<slug:slug>/candidatures/"

urlpatterns = [
    path("mon-espace/candidatures/", my_views.applications, name="all_mine"),
    path("mon-espace/candidatures/<int:pk>/", my_views.application, name="mine"),
    path("mon-espace/candidatures/<int:pk>/calendrier.ics", my_views.diary, name="calendar"),
    path("mon-espace/candidatures/<int:pk>/je-viens-toujours/", my_views.still_coming, name="still_coming"),
    path("mon-espace/candidatures/<int:pk>/annuler/", my_views.cancel, name="cancel"),
    path("mon-espace/alertes/places/<int:pk>/supprimer/", my_views.forget_alert, name="forget_alert"),
    path("missions/<int:pk>/depart/", apply_views.leaving, name="leaving"),
    path("departs/<str:token>/", my_views.departure, name="departure"),
    path(SPACE, space_views.applications, name="space"),
    path(f"{SPACE}repondre/", space_views.answer_many, name="answer_many"),
    path(f"{SPACE}creneaux/<int:slot_pk>/participants.csv", space_views.participants, name="participants"),
    path(f"{SPACE}<int:participation_pk>/", space_views.application, name="answer"),
    path(f"{SPACE}<int:participation_pk>/<slug:verb>/", space_views.act, name="act"),
]
