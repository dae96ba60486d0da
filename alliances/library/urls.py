from django.urls import path

from . import views

app_name = "library"

_ONE = "<int:pk>-<slug:slug>/"

urlpatterns = [
    path(f"methodes/{_ONE}", views.method, name="method"),
    path(f"outils/{_ONE}", views.resource, name="resource"),
]
