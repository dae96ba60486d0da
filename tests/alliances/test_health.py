"""An alliance that falls silent: who is told, when, once; then it sleeps, and wakes in one click."""

import datetime

import pytest
import time_machine

from alliances import health, services
from alliances.enums import Activity
from alliances.models import Alliance
from jeveuxagir.common.clock import now
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.notifications.models import Message
from tests import factories as f
from tests.alliances.test_services import ANSWERS, begun, with_another

pytestmark = pytest.mark.django_db


def in_days(days):
    return time_machine.travel(now() + datetime.timedelta(days=days), tick=False)


def kinds():
    return sorted(Message.objects.values_list("kind", flat=True))


def cases():
    return ModerationItem.objects.filter(kind="silence")


def test_two_missed_meetings_warn_who_animates_then_a_week_later_the_brigade():
    alliance, owner = begun(cadence_days=14)
    with_another(alliance)
    with in_days(27):
        assert health.watch() == {"asleep": 0, "warned": 0, "brigade": 0}
    with in_days(29):
        assert health.watch()["warned"] == 1
        assert health.watch()["warned"] == 0
    assert kinds() == ["alliances.silent"]
    message = Message.objects.get()
    assert message.person == owner.person
    assert "tous les 14 jours" in message.text
    with in_days(34):
        assert health.watch()["brigade"] == 0
    with in_days(37):
        assert health.watch()["brigade"] == 1
        assert health.watch()["brigade"] == 0
    case = cases().get()
    assert (case.department_id, case.title, case.cause) == ("23", alliance.name, "silent")


def test_sixty_days_of_silence_put_it_to_sleep_and_one_click_wakes_it(client):
    alliance, owner = begun()
    _party, other = with_another(alliance)
    with in_days(61):
        assert health.watch()["asleep"] == 1
    assert kinds() == ["alliances.asleep"]
    with in_days(69):
        assert health.watch() == {"asleep": 0, "warned": 0, "brigade": 1}
    client.force_login(other)
    page = client.get(alliance.space_url).content.decode()
    assert "L’alliance s’est endormie" in page
    assert "La réveiller" in client.get("/mon-espace/").content.decode()
    client.post(f"{alliance.space_url}reveiller/")
    alliance.refresh_from_db()
    assert (alliance.activity, alliance.animator_warned_at, alliance.brigade_warned_at) == (
        "active",
        None,
        None,
    )
    assert cases().get().decision == "withdrawn"  # nothing is left for the brigade to do
    assert Message.objects.filter(kind="alliances.woken", person=owner.person).exists()
    assert client.post(f"{alliance.space_url}reveiller/").status_code == 302  # twice is once


def test_whoever_does_anything_wakes_it():
    alliance, owner = begun()
    Alliance.objects.update(activity=Activity.ASLEEP)
    services.set_step(alliance, actor=owner, key="constat", state="done")
    alliance.refresh_from_db()
    assert alliance.activity == Activity.ACTIVE


def test_parties_who_chose_to_meet_rarely_are_left_in_peace():
    begun(cadence_days=90)
    with in_days(100):
        assert health.watch() == {"asleep": 0, "warned": 0, "brigade": 0}
    with in_days(181):
        assert health.watch()["asleep"] == 1


def test_a_silence_that_began_again_is_told_again():
    alliance, owner = begun(cadence_days=14)
    with in_days(29):
        health.watch()
        services.set_step(alliance, actor=owner, key="constat", state="done")
    with in_days(60):
        assert health.watch()["warned"] == 1
    assert kinds().count("alliances.silent") == 2


def test_a_closed_alliance_is_left_in_peace():
    alliance, _owner = begun(cadence_days=14)
    with_another(alliance)
    services.close(alliance, actor=None, **ANSWERS)
    with in_days(90):
        assert health.watch() == {"asleep": 0, "warned": 0, "brigade": 0}


def test_an_alliance_without_anybody_left_is_shown_to_the_brigade():
    alliance = f.make_alliance(parties=0, last_acted_at=now() - datetime.timedelta(days=61))
    health.watch()
    assert not Message.objects.exists()
    with in_days(8):
        health.watch()
    assert cases().get().subject_id == alliance.pk


def test_the_brigade_files_a_silence_without_waking_anybody(client):
    alliance, _owner = begun()
    Alliance.objects.update(
        last_acted_at=now() - datetime.timedelta(days=80),
        activity=Activity.ASLEEP,
        animator_warned_at=now() - datetime.timedelta(days=9),
    )
    health.watch()
    staff = f.make_staff()
    f.sign_in_staff(client, staff)
    item = cases().get()
    page = client.get(f"/brigade/alliances-a-suivre/{item.pk}/").content.decode()
    assert "Appelez-la" in page
    assert "Classer" in page
    response = client.post(
        f"/brigade/alliances-a-suivre/{item.pk}/decider/", {"decision": "accept", "version": item.version}
    )
    assert response.status_code == 302
    item.refresh_from_db()
    alliance.refresh_from_db()
    assert (item.state, alliance.activity) == ("decided", Activity.ASLEEP)
