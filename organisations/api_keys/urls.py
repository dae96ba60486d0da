"""The keys of an organisation, in its space."""

from django.urls import path

from . import views

app_name = "api_keys"

_KEYS = "espace/<int:pk>-<slug:slug>/mecenat/cles-api/"

urlpatterns = [
    path(_KEYS, views.keys, name="keys"),
    path(f"{_KEYS}<int:key>/retirer/", views.revoke, name="revoke"),
]
