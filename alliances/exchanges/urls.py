"""« Échanges » in the space of an alliance."""

from django.urls import path

from alliances.urls import SPACE

from . import views

app_name = "exchanges"

_ALL = f"{SPACE}echanges/"
_ONE = f"{_ALL}<int:topic_pk>/"
_POST = f"{_ONE}messages/<int:post_pk>/"

urlpatterns = [
    path(_ALL, views.topics, name="topics"),
    path(f"{_ALL}nouveau/", views.open_topic, name="open_topic"),
    path(_ONE, views.topic, name="topic"),
    path(f"{_POST}modifier/", views.edit, name="edit"),
    path(f"{_POST}retirer/", views.withdraw, name="withdraw"),
    path(f"{_POST}signaler/", views.report, name="report"),
]
