from django.urls import path

from jeveuxagir.territories import views

app_name = "territories"

urlpatterns = [
    path("donnees/", views.sources, name="sources"),
    path("territoires/lieux/", views.lookup, name="lookup"),
]
