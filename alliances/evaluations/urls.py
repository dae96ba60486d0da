"""How an alliance judges itself, under `/alliances/<pk>-<slug>/espace/`."""

from django.urls import path

from alliances.urls import SPACE

from . import axis_views, views

app_name = "evaluations"

_ROUND = f"{SPACE}evaluations/<int:round_pk>/"

urlpatterns = [
    path(f"{SPACE}evaluations/", views.rounds, name="rounds"),
    path(f"{SPACE}evaluations/ouvrir/", views.open_round, name="open"),
    path(f"{SPACE}preuves/", axis_views.proofs, name="axes"),
    path(f"{SPACE}preuves/ajouter/", axis_views.prove, name="prove"),
    path(f"{SPACE}preuves/<int:evidence_pk>/retirer/", axis_views.withdraw, name="withdraw_proof"),
    path(_ROUND, views.round_page, name="round"),
    path(f"{_ROUND}repondre/<int:party_pk>/", views.answer, name="answer"),
    path(f"{_ROUND}abandonner/", views.abandon, name="abandon"),
    path(f"{_ROUND}ecarts.csv", views.gaps_file, name="gaps_file"),
]
