"""« Comment nous rapprochons » says what the engine in service does, without a query."""

from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from jeveuxagir.matching import describe
from jeveuxagir.web.how_we_match import example


@pytest.fixture
def page(client: Client) -> str:
    response = client.get("/comment-nous-rapprochons/")
    assert response.status_code == 200
    return unescape(response.content.decode())


def test_anybody_reads_it_at_its_stable_address(page: str):
    assert reverse("web:how_we_match") == "/comment-nous-rapprochons/"
    assert "<h1>Comment nous rapprochons</h1>" in page


def test_every_gate_criterion_and_reservation_of_the_live_engine_is_on_the_page(page: str):
    engine = describe()
    for gate in engine.gates:
        assert gate.name in page
        assert gate.rule in page
    for criterion in engine.criteria:
        assert f"{criterion.name}, {criterion.weight}\u00a0points au plus" in page
        assert criterion.rule in page
    for reservation in engine.reservations:
        assert reservation.sentence in page
        assert reservation.rule in page
    assert f"version {engine.version}" in page


def test_it_says_that_there_is_no_exposure_floor_yet_and_that_priorities_remove_nothing(page: str):
    assert "Il n’y a pas encore de part réservée aux missions des quartiers prioritaires" in page
    assert "Les priorités publiques ne retirent jamais une mission d’une recherche." in page


def test_its_example_is_judged_by_the_engine_itself(page: str):
    shown = example()
    assert [reason.sentence for reason in shown.reasons] == [
        "Domaine souhaité\u00a0: Éducation pour tous",
        "À 4\u00a0km",
        "Mercredi en soirée",
        "Dès le mercredi 2\u00a0septembre",
    ]
    assert shown.reservation == "Déborde en partie des moments choisis"
    for words in (f"{shown.score} points sur 100", shown.reservation, *(r.sentence for r in shown.reasons)):
        assert words in page
