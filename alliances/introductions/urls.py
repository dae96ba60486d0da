"""Proposing, the link that answers, and the pages in an organisation's space."""

from django.urls import path

from . import views

app_name = "introductions"

_SPACE = "espace/<int:pk>-<slug:slug>/mises-en-relation/"
_ONE = f"{_SPACE}<int:introduction_pk>/"

urlpatterns = [
    path("mises-en-relation/nouvelle/", views.new, name="new"),
    path("mises-en-relation/reponse/<str:token>/", views.answer_link, name="answer_link"),
    path("mises-en-relation/reponse/<str:token>/signaler/", views.report_link, name="report_link"),
    path(_SPACE, views.of_organisation, name="of_organisation"),
    path(_ONE, views.one, name="one"),
    path(f"{_ONE}signaler/", views.report, name="report"),
    path(f"{_ONE}retirer/", views.withdraw, name="withdraw"),
    path(f"{_ONE}alliance/", views.start, name="start"),
]
