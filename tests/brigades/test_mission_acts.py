"""The brigade suspends one mission and lifts it, from its page."""

import pytest
from django.test import Client

from missions.enums import State
from tests.factories import make_member, make_mission, make_organisation, make_staff, sign_in_staff

pytestmark = pytest.mark.django_db


def test_one_mission_is_suspended_with_a_reason_and_lifted_from_its_page() -> None:
    mission = make_mission()
    client = Client()
    sign_in_staff(client, make_staff())
    page = f"/brigade/missions/{mission.pk}/"
    assert "Suspendre la mission" in client.get(page).content.decode()
    client.post(f"{page}suspendre/", {"reason": ""})
    mission.refresh_from_db()
    assert mission.state == State.OPEN, "never without a reason"
    client.post(f"{page}suspendre/", {"reason": "Plusieurs signalements"})
    mission.refresh_from_db()
    assert (mission.state, mission.suspended_with_organisation) == (State.SUSPENDED, False)
    assert "Lever la suspension" in client.get(page).content.decode()
    client.post(f"{page}lever/")
    mission.refresh_from_db()
    assert mission.state == State.OPEN


def test_what_fell_with_its_organisation_is_lifted_with_it_and_nobody_suspends_their_own() -> None:
    suspended = make_mission(
        organisation=make_organisation(state="suspended"), state="suspended", suspended_with_organisation=True
    )
    staff = make_staff()
    own = make_mission()
    make_member(own.organisation, person=staff.person)
    elsewhere = make_mission(commune="59350")
    client = Client()
    sign_in_staff(client, staff)
    assert "Lever la suspension" not in client.get(f"/brigade/missions/{suspended.pk}/").content.decode()
    client.post(f"/brigade/missions/{suspended.pk}/lever/")
    client.post(f"/brigade/missions/{own.pk}/suspendre/", {"reason": "Je préfère"})
    assert client.post(f"/brigade/missions/{elsewhere.pk}/suspendre/", {"reason": "x"}).status_code == 404
    states = [type(row).objects.get(pk=row.pk).state for row in (suspended, own, elsewhere)]
    assert states == [State.SUSPENDED, State.OPEN, State.OPEN]
