"""Both sides of a pairing act at once: what each said stands, what may happen once happens once."""

from __future__ import annotations

from collections import Counter

import pytest

from jeveuxagir.audit.models import Event
from jeveuxagir.notifications.models import Message
from missions.pairings import services
from missions.pairings.enums import Origin, Side, State
from missions.pairings.models import Pairing
from organisations.networks import services as networks
from organisations.networks.models import Affiliation
from tests import factories as f

from .test_seats import outcome, together


@pytest.mark.parametrize("round_number", range(3))
def test_two_yes_at_once_agree_once(committed_db: None, round_number: int) -> None:
    association, company = f.make_organisation(), f.make_company()
    manager, coordinator = f.make_member(association), f.make_member(company)
    pairing = services.propose(
        actor=None,
        need=f.make_skill_need(organisation=association, skills=["comptabilite"]),
        offer=f.make_offer(company),
        origin=Origin.ENGINE,
    )
    acts = [
        lambda: services.accept(pairing, actor=manager, side=Side.ASSOCIATION),
        lambda: services.accept(pairing, actor=coordinator, side=Side.COMPANY),
    ]
    assert Counter(together(outcome, acts, threads=2)) == {"done": 2}
    pairing.refresh_from_db()
    assert pairing.state == State.AGREED
    assert Event.objects.filter(verb="pairing.agreed").count() == 1
    assert Message.objects.filter(kind="pairings.agreed").count() == 2


@pytest.mark.parametrize("round_number", range(3))
def test_the_two_sides_that_propose_the_same_at_once_propose_it_once(
    committed_db: None, round_number: int
) -> None:
    association, company = f.make_organisation(), f.make_company()
    manager, coordinator = f.make_member(association), f.make_member(company)
    need = f.make_skill_need(organisation=association, skills=["comptabilite"])
    offer = f.make_offer(company)
    acts = [
        lambda: services.propose(actor=manager, need=need, offer=offer, origin=Origin.ASSOCIATION),
        lambda: services.propose(actor=coordinator, need=need, offer=offer, origin=Origin.COMPANY),
    ]
    assert Counter(together(outcome, acts, threads=2)) == {"done": 1, "known": 1}
    assert Pairing.objects.count() == 1


@pytest.mark.parametrize("round_number", range(3))
def test_two_networks_that_join_one_another_at_once_leave_one_head(
    committed_db: None, round_number: int
) -> None:
    one, other = f.make_organisation(), f.make_organisation()
    of_one, of_other = f.make_member(one), f.make_member(other)
    asked = f.make_affiliation(head=one, member=other, state="invited")
    asking = f.make_affiliation(head=other, member=one, state="invited")
    acts = [
        lambda: networks.accept(asked, actor=of_other),
        lambda: networks.accept(asking, actor=of_one),
    ]
    assert Counter(together(outcome, acts, threads=2)) == {"done": 1, "affiliation_no_circle": 1}
    assert Affiliation.objects.active().count() == 1
