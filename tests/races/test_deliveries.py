"""Many deliveries at once, over real transactions: the totals stay right."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from alliances import services as alliances
from alliances.contributions import services
from alliances.contributions.models import Contribution
from alliances.models import Party
from jeveuxagir.common.clock import today
from jeveuxagir.common.errors import RuleBroken
from tests import factories as f
from tests.moderation.test_races import together


def test_ten_deliveries_at_once_make_the_sum_of_the_ten(committed_db: Any) -> None:
    alliance = f.make_alliance()
    party = alliance.parties.order_by("pk")[1]
    user = f.make_signatory(party)
    row = services.plan(party, actor=user, kind="days", what="Des ateliers", planned=Decimal(55))
    acts = [
        lambda n=n: services.deliver(row, actor=user, quantity=Decimal(n), on=today())  # type: ignore[misc]
        for n in range(1, 11)
    ]
    results = together(*acts)
    assert not [result for result in results if isinstance(result, Exception)], results
    row = Contribution.objects.get(pk=row.pk)
    assert row.real == sum(delivery.quantity for delivery in row.deliveries.all()) == 55
    assert row.state == "done"


def test_money_and_the_trusted_third_party_at_once_leave_one_of_the_two(committed_db: Any) -> None:
    for _ in range(3):
        alliance = f.make_alliance()
        first, party = alliance.parties.order_by("pk")
        animator, user = f.make_signatory(first), f.make_signatory(party)
        results = together(
            lambda party=party, user=user: services.plan(  # type: ignore[misc]
                party, actor=user, kind="money", what="Un don", planned=Decimal(100)
            ),
            lambda party=party, animator=animator: alliances.set_roles(  # type: ignore[misc]
                party,
                actor=animator,
                is_animator=False,
                is_facilitator=False,
                is_trusted_third=True,
                mandate="Relire",
            ),
        )
        refused = [result for result in results if isinstance(result, Exception)]
        assert len(refused) == 1, results
        assert isinstance(refused[0], RuleBroken), results
        party = Party.objects.get(pk=party.pk)
        assert party.is_funder != party.is_trusted_third
        assert Contribution.objects.filter(party=party).exists() == party.is_funder
