"""Forged numbers, unpublished missions, organisations that lost their right."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import RuleBroken
from missions.participations import services
from tests import factories as f

pytestmark = pytest.mark.django_db


def test_digits_of_other_scripts_are_no_numbers(client: Client) -> None:
    organisation = f.make_organisation()
    client.force_login(f.make_member(organisation))
    mission = f.make_mission(organisation=organisation)
    participation = f.make_participation(mission=mission, state="accepted")
    space = reverse("participations:space", args=[organisation.pk, organisation.slug])
    assert client.get(space, {"mission": "²"}).status_code == 200
    assert client.post(f"{space}{participation.pk}/absente/", {"version": "²"}).status_code == 302


@pytest.mark.parametrize("state", ["draft", "pending", "refused", "suspended", "cancelled"])
def test_nobody_leaves_for_a_mission_that_is_not_published(client: Client, state: str) -> None:
    mission = f.make_mission(imported=True, state=state)
    page = reverse("participations:leaving", args=[mission.pk])
    assert client.get(page, {"demande": "1"}).status_code == 404


def test_who_comes_of_age_while_waiting_for_a_guardian_applies_as_an_adult(time_machine: Any) -> None:
    person = f.make_person(age=17, guardian="to_send")
    slot = f.make_slot(f.make_mission(slots=0), in_days=300)
    participation = f.make_participation(person=person, slot=slot, state="to_confirm")
    time_machine.move_to(now() + datetime.timedelta(days=200))
    assert services.give_up_on_guardians() == 0
    participation.refresh_from_db()
    assert participation.state == "applied"


@pytest.mark.parametrize("state", ["suspended", "closed"])
def test_an_organisation_that_lost_its_right_sees_no_new_contact(state: str) -> None:
    organisation = f.make_organisation()
    member = f.make_member(organisation)
    participation = f.make_participation(mission=f.make_mission(organisation=organisation))
    organisation.state = state
    organisation.save()
    for verb in (services.accept, services.talk):
        with pytest.raises(RuleBroken) as caught:
            verb(participation, actor=member)
        assert caught.value.code == "organisation_state"
    services.decline(participation, actor=member, reason="mission_off")
