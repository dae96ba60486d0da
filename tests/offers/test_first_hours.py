"""For 72 hours of being open an offer goes to associations never served; time when it is not open does not count."""

import datetime
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from jeveuxagir.findable import services as index
from jeveuxagir.findable.models import Entry
from missions.offers import services
from missions.offers.models import Offer
from organisations.models import Organisation
from tests import factories as f

pytestmark = pytest.mark.django_db

REAL_NOW = timezone.now


def hours(number: float) -> datetime.timedelta:
    return datetime.timedelta(hours=number)


class Clock:
    """Time that passes when told."""

    def __init__(self) -> None:
        self.passed = datetime.timedelta()

    def now(self) -> datetime.datetime:
        return REAL_NOW() + self.passed

    def wait(self, number: float) -> None:
        self.passed += hours(number)


@pytest.fixture
def clock() -> Any:
    clock = Clock()
    with patch.object(timezone, "now", clock.now):
        yield clock


@pytest.fixture
def company() -> Organisation:
    return f.make_company(name="Isère Cuir", siren="732829320")


def suspend_with_employer(offer: Offer) -> None:
    services.suspend_of_organisation(offer.organisation)


def lift_with_employer(offer: Offer) -> None:
    services.lift_of_organisation(offer.organisation)


STOPS: dict[str, tuple[Callable[[Offer], Any], Callable[[Offer], Any]]] = {
    "paused by its employer": (
        lambda offer: services.pause(offer, actor=None),
        lambda offer: services.resume(offer, actor=None),
    ),
    "suspended by the brigade": (
        lambda offer: services.suspend(offer, actor=None, reason="À vérifier."),
        lambda offer: services.lift(offer, actor=None),
    ),
    "suspended with its employer": (suspend_with_employer, lift_with_employer),
}


@pytest.mark.parametrize(("stop", "again"), STOPS.values(), ids=STOPS)
def test_the_72_hours_stand_still_while_an_offer_is_not_open(clock, company, stop, again):
    offer = f.make_offer(company, opened_days_ago=0, departments=["23"])
    clock.wait(40)
    stop(offer)
    clock.wait(100)
    offer.refresh_from_db()
    assert offer.first_timers_only
    assert offer.first_timers_left.total_seconds() == pytest.approx(32 * 3600, abs=60)
    again(offer)
    offer.refresh_from_db()
    assert offer.state == "open"
    assert offer.first_timers_only, "the wait of the pause opened it to all"
    assert not Offer.objects.public().exists()
    clock.wait(31)
    offer = Offer.objects.get()
    assert offer.first_timers_only
    assert (services.found_by_all(), offer.is_public) == (0, False)
    assert offer.title not in Client().get("/flux/offres.atom").text
    clock.wait(1.1)
    offer = Offer.objects.get()
    assert not offer.first_timers_only
    assert (services.found_by_all(), offer.is_public) == (1, True)
    assert list(Offer.objects.public()) == [offer]
    while index.refresh():
        pass
    assert Entry.objects.get(kind="offer").published_at == offer.first_timers_until
    assert offer.title in Client().get("/flux/offres.atom").text
    clock.wait(25)
    assert services.found_by_all() == 0  # the day after, the hour's work is done


def test_two_pauses_add_up_and_one_after_the_72_hours_changes_nothing(clock, company):
    offer = f.make_offer(company, opened_days_ago=0)
    opened = offer.opened_at
    for _ in range(2):
        clock.wait(10)
        services.pause(offer, actor=None)
        clock.wait(50)
        services.resume(offer, actor=None)
    offer.refresh_from_db()
    assert offer.opened_at == opened
    assert offer.first_timers_until - opened == pytest.approx(hours(172), abs=hours(0.1))
    clock.wait(53)
    kept = Offer.objects.get().held_for
    services.pause(offer, actor=None)
    assert Offer.objects.get().held_since is None
    clock.wait(200)
    services.resume(offer, actor=None)
    assert Offer.objects.get().held_for == kept
    assert list(Offer.objects.public()) == [offer]


def test_suspended_while_paused_or_exhausted_is_one_stop(clock, company):
    offer = f.make_offer(company, opened_days_ago=0)
    clock.wait(12)
    services._move(offer, "exhausted")
    clock.wait(30)
    suspend_with_employer(offer)
    clock.wait(30)
    lift_with_employer(offer)
    offer.refresh_from_db()
    assert offer.first_timers_left.total_seconds() == pytest.approx(60 * 3600, abs=60)


def test_its_page_says_that_a_pause_stops_the_72_hours_and_what_is_left(clock, company, client):
    offer = f.make_offer(company, opened_days_ago=0)
    boss = f.make_member(company)
    client.force_login(boss)
    page = reverse("offers:manage", args=[company.pk, company.slug, offer.pk])
    assert "Une pause arrête ce délai." in client.get(page).text
    clock.wait(20.5)
    services.pause(offer, actor=None)
    clock.wait(500)
    client.force_login(boss)
    assert "Il en reste\u00a0: 52\u00a0heures" in client.get(page).text


@pytest.mark.parametrize(
    "fields",
    [
        {"held_for": -hours(1)},
        {"held_since": REAL_NOW()},  # while it is open
        {"state": "paused", "held_since": REAL_NOW() - datetime.timedelta(days=30)},  # before it opened
    ],
)
def test_the_database_keeps_no_hours_that_cannot_be(company, fields):
    offer = f.make_offer(company)
    with pytest.raises(IntegrityError, match="offer_first_hours"), transaction.atomic():
        Offer.objects.filter(pk=offer.pk).update(**fields)
