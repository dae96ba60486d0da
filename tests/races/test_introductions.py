"""Both accept at once: contacts are sent exactly once. One accepts as it is taken back: one of the two happens."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from alliances.introductions import services
from alliances.introductions.models import Introduction, Side
from jeveuxagir.audit.models import Event
from jeveuxagir.notifications.models import Message
from tests import factories as f

from .test_seats import outcome, together

ROUNDS = 5
REASON = "L’une cherche des lecteurs, l’autre des salariés qui veulent aider."


def pair() -> dict[str, Any]:
    return {
        "first": f.make_organisation(email="un@orga.fr"),
        "second": f.make_organisation(email="deux@orga.fr", kind="company"),
    }


def yes(side: Side, name: str) -> Any:
    contact = services.Contact(name, f"{name}@exemple.fr")
    return lambda: services.accept(side, contact=contact)


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_both_accepting_at_once_are_sent_each_others_contact_exactly_once(
    committed_db: None, round_number: int
) -> None:
    introduction = f.make_introduction(**pair())
    one, two = introduction.sides.order_by("pk")
    acts = [yes(one, "un"), yes(two, "deux")] * 2
    assert Counter(together(outcome, acts, threads=len(acts))) == {"done": 2, "answered": 2}
    told = Message.objects.filter(kind="introductions.contacts")
    assert sorted(told.values_list("address", flat=True)) == ["deux@orga.fr", "un@orga.fr"]
    assert Event.objects.filter(verb="introduction.accepted").count() == 1


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_one_accepting_as_it_is_taken_back_gives_contacts_or_nothing(
    committed_db: None, round_number: int
) -> None:
    introduction = f.make_introduction(**pair())
    one, two = introduction.sides.order_by("pk")
    yes(one, "un")()
    staff = f.make_staff()
    acts = [yes(two, "deux"), lambda: services.withdraw(introduction, actor=staff)]
    done = Counter(together(outcome, acts, threads=2))
    introduction.refresh_from_db()
    sent = Message.objects.filter(kind="introductions.contacts").count()
    assert done["done"] == 1
    assert (introduction.state, sent) in (("accepted", 2), ("withdrawn", 0))


def test_two_who_propose_the_same_pair_at_once_in_both_orders_propose_it_once(committed_db: None) -> None:
    made = pair()
    orders = [made, {"first": made["second"], "second": made["first"]}] * 2
    staff = [f.make_staff() for _ in orders]
    acts = [
        lambda order=order, user=user: services.propose(actor=user, host=None, reason=REASON, **order)
        for order, user in zip(orders, staff, strict=True)
    ]
    assert Counter(together(outcome, acts, threads=len(acts))) == {"done": 1, "introduction_pair_once": 3}
    assert Introduction.objects.count() == 1


def test_two_alliances_begun_at_once_from_one_introduction_are_one(committed_db: None) -> None:
    introduction = f.make_introduction(accepted=True, **pair())
    acts = []
    for organisation in (introduction.first, introduction.second):
        user = f.make_member(organisation)
        acts.append(
            lambda user=user, one=organisation: services.start_alliance(
                introduction, actor=user, organisation=one, name="Lire", purpose=REASON
            )
        )
    assert Counter(together(outcome, acts, threads=2)) == {"done": 1, "alliance": 1}
