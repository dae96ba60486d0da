from django.urls import path

from . import views

app_name = "notifications"

urlpatterns = [
    path("mon-espace/notifications/", views.preferences, name="preferences"),
    path("mon-espace/messages/", views.history, name="history"),
    path("messages/arreter/<str:token>/", views.stop, name="stop"),
]
