"""Two alliances that count the same result at once, over real transactions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from alliances.indicators import services
from alliances.indicators.enums import Rhythm
from alliances.indicators.models import Result
from alliances.indicators.periods import last_ended
from jeveuxagir.common.clock import today
from jeveuxagir.common.errors import RuleBroken
from tests import factories as f
from tests.moderation.test_races import together


def test_of_two_alliances_that_count_the_whole_result_at_once_one_does(committed_db: Any) -> None:
    organisation = f.make_organisation()
    user = f.make_member(organisation)
    parties = [f.make_party(f.make_alliance(parties=1), organisation=organisation) for _ in range(2)]
    for number in range(3):
        result = services.note_result(
            parties[0],
            actor=user,
            name=f"Repas {number}",
            unit="repas",
            rhythm=Rhythm.YEARLY,
            period=last_ended(Rhythm.YEARLY, today()),
            quantity=Decimal(100),
            proof="Registre",
        )
        results = together(
            *[
                lambda party=party, result=result: services.claim(  # type: ignore[misc]
                    result, alliance=party.alliance, actor=user, quantity=Decimal(60), how="Ensemble"
                )
                for party in parties
            ]
        )
        refused = [one for one in results if isinstance(one, Exception)]
        assert len(refused) == 1, results
        assert isinstance(refused[0], RuleBroken), results
        assert refused[0].code == "result_not_counted_twice"
        result = Result.objects.get(pk=result.pk)
        assert result.claimed == sum(claim.quantity for claim in result.claims.all()) == 60
