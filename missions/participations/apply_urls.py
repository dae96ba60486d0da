"""Mounted under a mission's address by `missions.urls`, as `missions:apply` and what follows."""

from django.urls import path

from . import apply_views as views

urlpatterns = [
    path("", views.apply, name="apply"),
    path("envoyee/", views.sent, name="applied"),
    path("alerte/", views.alert, name="alert"),
    path("partenaire/", views.depart, name="depart"),
]
