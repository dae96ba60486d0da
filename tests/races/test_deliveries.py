"""Many deliveries at once, over real transactions: the totals stay right."""

from __future__ import annotations

import datetime
import time
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

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


MANDATE = alliances.Mandate(
    "Ne reçoit rien de l’alliance.", "Relire", today(), today() + datetime.timedelta(days=365)
)


def test_money_and_the_trusted_third_party_at_once_leave_one_of_the_two(committed_db: Any) -> None:
    for _ in range(3):
        party = f.make_alliance().parties.order_by("pk")[1]
        user = f.make_signatory(party)
        results = together(
            lambda party=party, user=user: services.plan(  # type: ignore[misc]
                party, actor=user, kind="money", what="Un don", planned=Decimal(100)
            ),
            lambda party=party: alliances.recognise_third(party, mandate=MANDATE),  # type: ignore[misc]
        )
        refused = [result for result in results if isinstance(result, Exception)]
        assert len(refused) == 1, results
        assert isinstance(refused[0], RuleBroken), results
        party = Party.objects.get(pk=party.pk)
        assert party.is_funder != party.is_trusted_third
        assert Contribution.objects.filter(party=party).exists() == party.is_funder


@pytest.mark.parametrize("how", ["money", "line"])
def test_even_past_the_services_the_database_keeps_one_of_the_two(committed_db: Any, how: str) -> None:
    """Both writes at the same instant on bare rows, without the lock of the alliance."""
    for _ in range(6):
        alliance = f.make_alliance()
        party = alliance.parties.order_by("pk")[1]

        def fund(alliance: Any = alliance, party: Party = party) -> None:
            with transaction.atomic():
                if how == "money":
                    f.make_contribution(party, kind="money", unit="€")
                else:
                    f.make_funding(alliance, party=party)
                time.sleep(0.05)

        def trust(party: Party = party) -> None:
            with transaction.atomic():
                Party.objects.filter(pk=party.pk).update(
                    is_trusted_third=True,
                    mandate="Relire",
                    independence="Rien",
                    mandate_from=today(),
                    mandate_until=today() + datetime.timedelta(days=9),
                )
                time.sleep(0.05)

        results = together(fund, trust)
        assert [type(result) for result in results if result is not None] == [IntegrityError], results
        funded = Contribution.objects.filter(party=party).exists() or alliance.funding.exists()
        assert funded != Party.objects.get(pk=party.pk).is_trusted_third
