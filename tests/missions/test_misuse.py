"""A partner's mission is not moved by the members of its organisation."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from jeveuxagir.common.errors import RuleBroken
from missions import services
from missions.models import Mission
from missions.participations import services as participations
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


@pytest.mark.parametrize(("verb", "state"), [("submit", "draft"), ("reopen", "closed")])
def test_an_organisation_that_became_a_company_publishes_none_of_its_former_missions(
    verb: str, state: str
) -> None:
    organisation = f.make_organisation()
    owner = f.make_member(organisation)
    mission = f.make_mission(organisation=organisation, state=state, description="Détails. " * 20)
    organisation.kind, organisation.may_host = "company", False
    organisation.save()
    mission.refresh_from_db()
    with pytest.raises(RuleBroken) as caught:
        getattr(services, verb)(mission, actor=owner)
    assert caught.value.code == "may_not_host"
    with pytest.raises(IntegrityError), transaction.atomic():  # the database itself refuses
        Mission.objects.filter(pk=mission.pk).update(state="open")


def test_an_organisation_that_became_a_company_still_ends_what_was_going_on() -> None:
    organisation = f.make_organisation()
    owner = f.make_member(organisation)
    mission = f.make_mission(organisation=organisation, state="closed", slots=0)
    slot = f.make_slot(mission, in_days=-3)
    participation = f.make_participation(slot=slot, state="accepted")
    organisation.kind, organisation.may_host = "company", False
    organisation.save()
    participations.realise(participation, actor=owner)
    mission.refresh_from_db()
    assert mission.state == "done"
