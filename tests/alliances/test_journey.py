"""The guided journey sees what the alliance already holds: nobody ticks « Adopter une charte » once it is in force."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from alliances import journey, services, spaces, steps
from alliances.models import Alliance
from jeveuxagir.common.clock import now, today
from tests.factories import (
    make_alliance,
    make_contribution,
    make_function,
    make_indicator,
    make_meeting,
    make_round,
    make_signatory,
    make_task,
    make_text,
    make_value,
)

pytestmark = pytest.mark.django_db


def states(alliance: Alliance) -> dict[str, tuple[str, str]]:
    alliance.refresh_from_db()
    return {
        mark.step.key: (mark.state, mark.sign) for _stage, marks in steps.marks(alliance) for mark in marks
    }


def test_every_sign_is_one_of_a_step() -> None:
    assert {key for key, _sign in spaces.signs.items()} <= set(journey.STEPS)


def test_what_is_there_is_behind_without_a_tick() -> None:
    alliance = make_alliance(cadence_days=30, starts_on=today(), ends_on=today() + timedelta(days=300))
    party = alliance.parties.order_by("pk")[0]
    assert states(alliance)["constat"][0] == "seen"
    assert states(alliance)["charte"] == ("", "")
    make_text(alliance, state="in_force")
    make_text(alliance, kind="agreement")
    make_meeting(
        alliance,
        state="held",
        starts_at=now() - timedelta(days=3),
        minutes="Nous y étions.",
        minutes_at=now(),
    )
    make_contribution(party)
    make_task(alliance)
    make_function(alliance)
    make_value(make_indicator(party))
    make_round(alliance, revealed=True)
    found = states(alliance)
    behind = {key for key, (state, _words) in found.items() if state == "seen"}
    assert behind == {
        "constat",
        "premiere-rencontre",
        "perimetre",
        "charte",
        "moyens",
        "rythme",
        "actions",
        "indicateurs",
        "evaluation",
    }
    assert found["convention"] == ("", "Une convention se prépare.")
    assert found["roles"] == ("", "Des fonctions n’ont encore personne.")
    assert found["tour-de-table"] == ("", ""), "two associations are one world"
    assert [line.done for line in steps.line(alliance)] == [2, 3, 4]


def test_who_skipped_a_step_keeps_the_last_word() -> None:
    alliance = make_alliance(cadence_days=30)
    owner = make_signatory(alliance.parties.order_by("pk")[0])
    services.set_step(alliance, actor=owner, key="rythme", state="skipped", note="Pas besoin")
    assert states(alliance)["rythme"] == ("skipped", "")


def test_a_round_that_is_open_is_said_instead_of_proposing_another(client: Client) -> None:
    alliance = make_alliance(
        cadence_days=30, stage="animated", starts_on=today(), ends_on=today() + timedelta(9)
    )
    party = alliance.parties.order_by("pk")[0]
    make_task(alliance)
    make_value(make_indicator(party))
    client.force_login(make_signatory(party))
    assert "Chacun répond sans voir les autres" in client.get(alliance.space_url).content.decode()
    make_round(alliance)
    page = client.get(alliance.space_url).content.decode()
    assert "Chacun répond sans voir les autres" not in page
    assert "En cours" in page
    assert "Une évaluation est en cours." in page


def test_the_journey_costs_the_same_whatever_it_shows(django_assert_num_queries: Any) -> None:
    """What was ticked, what shows by itself, the methods followed; then methods, tools and examples that help."""
    alliance = make_alliance()
    with django_assert_num_queries(6):
        steps.marks(alliance)
    make_text(alliance, state="in_force")
    make_round(alliance)
    with django_assert_num_queries(6):
        steps.marks(alliance)
