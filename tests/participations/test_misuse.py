"""Forged numbers, unpublished missions, organisations that lost their right."""

import pytest
from django.test import Client
from django.urls import reverse

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
