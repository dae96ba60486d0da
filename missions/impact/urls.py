"""The page of what an employer gave, public and in its space."""

from django.urls import path

from . import views

app_name = "impact"

_SPACE = "espace/<int:pk>-<slug:slug>/mecenat/engagement/"

urlpatterns = [
    path("organisations/<int:pk>-<slug:slug>/engagement/", views.public, name="public"),
    path(_SPACE, views.own, name="own"),
    path(f"{_SPACE}publier/", views.publish, name="publish"),
    path(f"{_SPACE}retirer/", views.unpublish, name="unpublish"),
]
