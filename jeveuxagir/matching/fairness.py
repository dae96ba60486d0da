"""Who is served, with and without the rule of 72 hours: the same offers and needs, given out one by one. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from .lending import NeedRow, OfferRow, needs_for


@dataclass(frozen=True, slots=True)
class Served:
    """What came of giving out the offers: needs served, and how many of them for an association's first time."""

    needs: int
    first_time: int

    @property
    def share(self) -> int:
        """Of a hundred served needs, those of associations never served before; 0 when none was."""
        return (200 * self.first_time + self.needs) // (2 * self.needs) if self.needs else 0


def given_out(
    offers: Iterable[OfferRow], needs: Iterable[NeedRow], *, today: date, first_timers_first: bool
) -> Served:
    """Each offer in turn takes its best needs until its time is spent.

    With the rule, an offer looks first at associations never served, then at all; without, at all at once. An
    association served on the way is not a first-timer any more.
    """
    waiting = {need.id: replace(need, known=frozenset(), open_proposals=0) for need in needs}
    served = first_time = 0
    for offer in offers:
        left = offer.left_minutes
        for only_new in (True, False) if first_timers_first else (False,):
            while left > 0 and (taken := _next(offer, waiting, left, today, only_new)):
                served += 1
                first_time += taken.never_served
                left -= min(left, taken.minutes)
                del waiting[taken.id]
                for other in list(waiting.values()):
                    if other.association_id == taken.association_id and other.never_served:
                        waiting[other.id] = replace(other, never_served=False)
    return Served(served, first_time)


def _next(
    offer: OfferRow, waiting: dict[int, NeedRow], left: int, today: date, only_new: bool
) -> NeedRow | None:
    offered = replace(offer, left_minutes=left, first_timers_only=only_new)
    best = needs_for(offered, waiting.values(), today=today, limit=1)
    return waiting[best[0].need_id] if best else None
