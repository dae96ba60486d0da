"""Alerts on searches: asking, one's own, stopping from a mail."""

from django.urls import path

from . import views

app_name = "mission_alerts"

urlpatterns = [
    path("missions/alerte/", views.new, name="new"),
    path("missions/alerte/envoyee/", views.sent, name="sent"),
    path("mon-espace/alertes/", views.mine, name="mine"),
    path("mon-espace/alertes/<int:pk>/", views.edit, name="edit"),
    path("mon-espace/alertes/<int:pk>/<slug:verb>/", views.act, name="act"),
    path("alertes/arreter/<str:token>/", views.stop, name="stop"),
]
