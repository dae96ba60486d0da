"""Two coordinators spend the last two days at once; a day is noted and validated while the other side acts."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.db import connection

from jeveuxagir.audit.invariants import broken
from missions.offers.models import Offer
from missions.sponsorships import services
from missions.sponsorships.enums import Side
from missions.sponsorships.models import DayEntry, Sponsorship
from tests import factories as f
from tests.sponsorships.builders import DAY, make_offer, story

from .test_seats import outcome, together

ROUNDS = 3


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_of_two_coordinators_who_spend_the_last_two_days_one_is_told(
    committed_db: None, round_number: int
) -> None:
    offer = make_offer(total_minutes=2 * DAY)
    first, second = story(offer=offer), story(offer=offer)
    rows = [(one, one.drafted(2)) for one in (first, second)]
    acts = [lambda one=one, row=row: services.employer_agree(row, actor=one.coordinator) for one, row in rows]
    assert Counter(together(outcome, acts, threads=2)) == {"done": 1, "offer_never_overspent": 1}
    offer.refresh_from_db()
    assert (offer.committed_minutes, offer.state) == (2 * DAY, "exhausted")
    assert broken() == {}


def test_even_without_our_locks_the_database_never_overspends(committed_db: None) -> None:
    offer = make_offer(total_minutes=4 * DAY)
    rows = []
    for _ in range(4):
        s = story(offer=offer)
        rows.append(s.drafted(2))

    def naive(row: Sponsorship) -> str:
        with connection.cursor() as cursor:
            try:
                cursor.execute(
                    "UPDATE sponsorships_sponsorship SET state = 'employer', agreed_at = now() WHERE id = %s",
                    [row.pk],
                )
            except Exception as error:
                return type(error).__name__
        return "done"

    assert Counter(together(naive, rows, threads=4)) == {"done": 2, "IntegrityError": 2}
    assert Offer.objects.get(pk=offer.pk).committed_minutes == 4 * DAY


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_the_last_day_noted_by_two_people_at_once_is_noted_once(
    committed_db: None, round_number: int
) -> None:
    s = story()
    row = s.signed(1)
    other = f.make_member(s.company)
    acts: list[Any] = [
        lambda who=who, n=n: s.day(row, n, actor=who) for n, who in ((1, s.coordinator), (2, other))
    ]
    results = Counter(together(outcome, acts, threads=2))
    assert results == {"done": 1, "sponsorship_never_over_convention": 1}
    row.refresh_from_db()
    assert row.logged_minutes == DAY


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_one_persons_day_noted_at_once_on_two_sponsorships_is_noted_once(
    committed_db: None, round_number: int
) -> None:
    first = story()
    second = story(offer=make_offer(first.company))
    rows = [(first, first.signed(3))]
    other = second.agreed(3)
    second.signed_by_both(second.proposed(other, employee=first.worker.person))
    rows.append((second, other))
    acts: list[Any] = [lambda s=s, row=row: s.day(row, 1) for s, row in rows]
    assert Counter(together(outcome, acts, threads=2)) == {"done": 1, "day_of_one_person": 1}
    assert DayEntry.objects.count() == 1


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_a_validation_and_a_refusal_at_once_leave_one_of_them(committed_db: None, round_number: int) -> None:
    s = story()
    row = s.signed(2)
    day = s.day(row, 1)
    other = f.make_member(s.association)
    acts: list[Any] = [
        lambda: services.validate_day(day, actor=s.manager, side=Side.ASSOCIATION),
        lambda: services.refuse_day(day, actor=other, side=Side.ASSOCIATION, reason="Non"),
        lambda: services.validate_day(day, actor=other, side=Side.ASSOCIATION),
    ]
    results = Counter(together(outcome, acts, threads=3))
    state = DayEntry.objects.get(pk=day.pk).state
    assert state in ("validated", "refused")
    assert results["done"] == (2 if state == "validated" else 1)
    assert broken() == {}
