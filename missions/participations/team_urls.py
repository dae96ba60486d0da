"""A team for a day: registered from the mission's page, followed in the space of its organisation."""

from django.urls import path

from . import team_views as views

app_name = "teams"

_ALL = "espace/<int:pk>-<slug:slug>/mecenat/equipes/"
_ONE = f"{_ALL}<int:participation_pk>/"

urlpatterns = [
    path("missions/<int:pk>-<slug:slug>/equipe/", views.register, name="register"),
    path(_ALL, views.every, name="all"),
    path(_ONE, views.one, name="one"),
    path(f"{_ONE}modifier/", views.change, name="change"),
    path(f"{_ONE}annuler/", views.cancel, name="cancel"),
    path(f"{_ONE}je-viens-toujours/", views.still_coming, name="still_coming"),
]
