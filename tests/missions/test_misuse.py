"""A partner's mission is not moved by the members of its organisation."""

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("verb", "state"), [("reopen", "closed"), ("close", "open"), ("cancel", "open"), ("submit", "draft")]
)
def test_members_do_not_move_an_imported_mission(client: Client, verb: str, state: str) -> None:
    organisation = f.make_organisation()
    client.force_login(f.make_member(organisation))
    mission = f.make_mission(organisation=organisation, imported=True, state=state)
    url = reverse(f"missions:{verb}", args=[organisation.pk, organisation.slug, mission.pk])
    client.post(url, {"reason": "parce que"})
    mission.refresh_from_db()
    assert mission.state == state


def test_members_do_not_change_the_slot_of_an_imported_mission(client: Client) -> None:
    organisation = f.make_organisation()
    client.force_login(f.make_member(organisation))
    mission = f.make_mission(organisation=organisation, imported=True)
    slot = mission.slots.get()
    url = reverse("missions:slot", args=[organisation.pk, organisation.slug, mission.pk, slot.pk])
    client.post(url, {"capacity": "77"})
    client.post(url, {"cancel": "1", "reason": "parce que"})
    slot.refresh_from_db()
    assert (slot.capacity, slot.cancelled_at) == (5, None)
