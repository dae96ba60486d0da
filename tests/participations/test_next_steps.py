"""Where an application stands, in the words of the person who sent it."""

import datetime
from typing import Any

import pytest

from jeveuxagir.common.clock import now
from missions.participations.enums import State
from missions.participations.next_steps import what_next
from tests.factories import make_mission, make_organisation, make_participation, make_slot, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"state": State.TO_CONFIRM}, "votre parent ou tuteur"),
        ({}, "L’Aide a jusqu’au"),
        ({"applied_at": now() - datetime.timedelta(days=6)}, "tarde à répondre"),
        ({"state": State.IN_TALK}, "échanger avec vous"),
        ({"state": State.ACCEPTED}, "vous attend"),
        ({"state": State.REALISED}, "Merci"),
        ({"state": State.ABSENT}, "a noté votre absence"),
        ({"state": State.DECLINED, "decline_reason": "dates"}, "les disponibilités ne correspondent pas"),
        ({"state": State.CANCELLED, "cancel_reason": "il neige"}, "annulée\u00a0: il neige."),
        (
            {"state": State.CANCELLED, "cancel_reason": "La salle est prise."},
            "annulée\u00a0: La salle est prise.",
        ),
    ],
)
def test_each_state_says_what_happens_next(fields: dict[str, Any], said: str) -> None:
    mission = make_mission(organisation=make_organisation(name="L’Aide"))
    words = what_next(make_participation(mission=mission, **fields))
    assert said in words
    assert ".." not in words


def test_once_the_day_has_come_the_organisation_says_who_came() -> None:
    slot = make_slot(make_mission(slots=0), in_days=-1)
    assert "dira si vous êtes" in what_next(make_participation(slot=slot, state=State.ACCEPTED))


@pytest.mark.parametrize(("whole", "alone"), [("suspended", "open"), ("validated", "suspended")])
def test_what_is_suspended_expects_nobody_on_any_page(client: Any, whole: str, alone: str) -> None:
    person = make_user()
    mission = make_mission(organisation=make_organisation(state=whole), state=alone)
    row = make_participation(
        person=person.person,
        mission=mission,
        state=State.ACCEPTED,
        answered_at=now(),
        moved_from="avant",
        moved_at=now(),
    )
    client.force_login(person)
    for page in ("/mon-espace/", "/mon-espace/candidatures/", f"/mon-espace/candidatures/{row.pk}/"):
        said = client.get(page).text
        assert "ne vous déplacez pas" in said.lower()
        assert "vous attend\u00a0:" not in said
        assert "dites si vous venez toujours" not in said
    assert "vous attend" not in what_next(row)
