"""Alliances: what anybody reads, and the parties' space under `…/espace/`."""

from django.urls import path

from . import views

app_name = "alliances"

_ONE = "alliances/<int:pk>-<slug:slug>/"
SPACE = f"{_ONE}espace/"

urlpatterns = [
    path(_ONE, views.public, name="public"),
    path(SPACE, views.home, name="home"),
]
