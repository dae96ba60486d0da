"""Public pages, sign-up, invitations and the members' space."""

from django.urls import path

app_name = "organisations"
urlpatterns: list = []
