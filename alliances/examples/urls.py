from django.urls import path

from . import here_views, views, writing_views

app_name = "examples"

_ONE = "<int:pk>-<slug:slug>/"
_OWN = "proposer/<int:pk>/"

urlpatterns = [
    path("", views.listing, name="list"),
    path("proposer/", writing_views.new, name="new"),
    path(f"{_OWN}corriger/", writing_views.correct, name="correct"),
    path(f"{_OWN}retirer/", writing_views.withdraw, name="withdraw"),
    path(f"{_OWN}accords/", writing_views.ask_parties, name="ask_parties"),
    path(f"{_OWN}faire/<slug:verb>/", writing_views.act, name="act"),
    path(f"{_OWN}<slug:step>/", writing_views.page, name="write"),
    path("alliance/<int:pk>-<slug:slug>/", writing_views.of_alliance, name="of_alliance"),
    path("toujours-vrai/<str:token>/", here_views.still_true, name="still_true"),
    path(_ONE, views.one, name="one"),
    path(f"{_ONE}historique/", views.history, name="history"),
    path(f"{_ONE}ici/", here_views.here, name="here"),
    path(f"{_ONE}accord/", here_views.consent, name="consent"),
]
