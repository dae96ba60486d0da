"""The engine asked about needs and offers as they are now."""

from dataclasses import dataclass

from jeveuxagir.common.clock import today
from jeveuxagir.matching import lending
from jeveuxagir.matching.lending import Fit, Lending, Obstacle
from missions.offers.models import Offer
from missions.skill_needs.models import SkillNeed

from .rows import need_rows, offer_rows, vocabulary

#: What a person may not go over: the others are a matter of judgement.
HARD = frozenset({"verified", "open", "known", "first_timers", "time_left", "dates"})


#: What says nothing of the pair itself: how many others wait.
CROWD = "load"


@dataclass(frozen=True)
class Found:
    """A need and an offer that go together, with why."""

    need: SkillNeed
    offer: Offer
    lending: Lending


@dataclass(frozen=True)
class Judged:
    """One pair: what blocks, and what the engine says of it all the same."""

    fit: Fit
    obstacles: tuple[Obstacle, ...]
    lending: Lending
    inputs: dict[str, object]

    @property
    def forbidden(self) -> Obstacle | None:
        return next((one for one in self.obstacles if one.gate in HARD), None)

    @property
    def mismatches(self) -> tuple[Obstacle, ...]:
        """What of the two does not go together, and a person may go over."""
        return tuple(one for one in self.obstacles if one.gate not in HARD and one.gate != CROWD)

    @property
    def crowd(self) -> Obstacle | None:
        return next((one for one in self.obstacles if one.gate == CROWD), None)


def for_need(need: SkillNeed, *, limit: int = 5) -> list[Found]:
    """The best offers for it. A need of the list is read with its organisation."""
    [row] = need_rows([need])
    offers = {offer.pk: offer for offer in Offer.objects.giving().select_related("organisation__commune")}
    found = lending.offers_for(
        row, offer_rows(list(offers.values())), today=today(), vocabulary=vocabulary(), limit=limit
    )
    return [Found(need, offers[one.offer_id], one) for one in found]


def for_offer(offer: Offer, *, limit: int = 5) -> list[Found]:
    """The best needs for it."""
    [row] = offer_rows([offer])
    needs = {
        need.pk: need
        for need in SkillNeed.objects.seeking().select_related("organisation", "commune", "department")
    }
    found = lending.needs_for(
        row, need_rows(list(needs.values())), today=today(), vocabulary=vocabulary(), limit=limit
    )
    return [Found(needs[one.need_id], offer, one) for one in found]


def judge(need: SkillNeed, offer: Offer) -> Judged:
    """One pair in words, whatever holds it back."""
    [need_row], [offer_row] = need_rows([need]), offer_rows([offer])
    fit, words = Fit(need_row, offer_row, today()), vocabulary()
    return Judged(
        fit,
        lending.obstacles(fit),
        lending.Lending(
            need.pk,
            offer.pk,
            lending.score(fit),
            lending.reasons(fit, words),
            lending.reservation(fit),
        ),
        lending.stored_inputs(fit, words),
    )
