"""Means promised while their need closes, received while they are dropped: one of two at once, both sides told once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

import pytest

from jeveuxagir.audit.invariants import broken
from jeveuxagir.common.clock import today
from jeveuxagir.notifications.models import Message
from missions.resources import services
from missions.resources.models import Need, Promise
from tests import factories as f

from .test_seats import outcome, together

ROUNDS = 3
MEALS = services.PromiseData("goods", "Des repas", Decimal(10), "repas")


@pytest.fixture(autouse=True)
def _nothing_is_broken_afterwards(committed_db: None) -> Iterator[None]:
    yield
    assert broken() == {}


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_received_and_dropped_at_once_only_one_of_them_is_done(committed_db: None, round_number: int) -> None:
    need = f.make_resource_need()
    member, giver = f.make_member(need.organisation), f.make_organisation(kind="company")
    employee = f.make_member(giver)
    made = services.promise(need, actor=employee, organisation=giver, data=MEALS)
    acts = [
        lambda: services.receive(made, actor=member, quantity=Decimal(8), on=today()),
        lambda: services.drop(made, actor=employee),
        lambda: services.drop(made, actor=member),
    ]
    results = Counter(together(outcome, acts, threads=3))
    made.refresh_from_db()
    assert results["done"] == 1, results
    assert (made.state == "received") == (made.real is not None)
    assert Message.objects.filter(kind__in=["resources.received", "resources.dropped"]).count() == 1


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_promised_while_the_need_closes_each_who_promised_is_told(
    committed_db: None, round_number: int
) -> None:
    need = f.make_resource_need()
    member = f.make_member(need.organisation)
    givers = [f.make_organisation(kind="company") for _ in range(6)]
    people = [f.make_member(giver) for giver in givers]
    acts = [
        lambda giver=giver, user=user: services.promise(need, actor=user, organisation=giver, data=MEALS)
        for giver, user in zip(givers, people, strict=True)
    ]
    acts.insert(3, lambda: services.close(need, actor=member, reason="Nous déménageons."))
    together(outcome, acts, threads=7)
    assert Need.objects.get().state == "closed"
    promised = set(Promise.objects.values_list("organisation", flat=True))
    told = Message.objects.filter(kind="resources.closed").values_list("person", flat=True)
    owed = [user.person_id for giver, user in zip(givers, people, strict=True) if giver.pk in promised]
    assert sorted(told) == sorted(owed)
