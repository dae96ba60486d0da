"""« Signaler » une page."""

from django.urls import path

from . import views

app_name = "moderation"

urlpatterns = [
    path("signaler/", views.report, name="report"),
    path("signaler/merci/", views.reported, name="reported"),
]
