"""The engine asked about needs and offers as they are now."""

from dataclasses import dataclass

from jeveuxagir.common.clock import today
from jeveuxagir.matching import lending
from jeveuxagir.matching.lending import Fit, Lending, Obstacle
from jeveuxagir.matching.rows import Vocabulary
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


def for_need(need: SkillNeed, *, limit: int = 5, by_engine: bool = False) -> list[Found]:
    """The best offers for it. A need of the list is read with its organisation. `by_engine`: what is proposed without
    anybody choosing it, a skill that is asked, and not what did not work once."""
    [row] = need_rows([need], again=not by_engine)
    offers = {offer.pk: offer for offer in Offer.objects.giving().select_related("organisation__commune")}
    found = lending.offers_for(
        row,
        offer_rows(list(offers.values())),
        today=today(),
        vocabulary=vocabulary(),
        limit=limit,
        asked_only=by_engine,
    )
    return [Found(need, offers[one.offer_id], one) for one in found]


def for_offer(offer: Offer, *, limit: int = 5, by_engine: bool = False) -> list[Found]:
    """The best needs for it. `by_engine`: as `for_need` says."""
    [row] = offer_rows([offer])
    needs = {
        need.pk: need
        for need in SkillNeed.objects.seeking().select_related("organisation", "commune", "department")
    }
    rows = need_rows(list(needs.values()), again=not by_engine)
    found = lending.needs_for(
        row, rows, today=today(), vocabulary=vocabulary(), limit=limit, asked_only=by_engine
    )
    return [Found(needs[one.need_id], offer, one) for one in found]


def judge(need: SkillNeed, offer: Offer, *, again: bool = True) -> Judged:
    """One pair in words, whatever holds it back."""
    [(_offer, found)] = judge_each(need, [offer], again=again)
    return found


def judge_each(need: SkillNeed, offers: list[Offer], *, again: bool = True) -> list[tuple[Offer, Judged]]:
    """A need beside each of these offers, in words, in a number of statements that they do not change."""
    if not offers:
        return []
    [need_row] = need_rows([need], again=again)
    words = vocabulary()
    rows = {row.id: row for row in offer_rows(offers)}
    return [(offer, _judged(Fit(need_row, rows[offer.pk], today()), words)) for offer in offers]


def forbidden_each(offer: Offer, needs: list[SkillNeed]) -> dict[int, Obstacle]:
    """Of these needs, those that this offer may not answer, with what forbids it. As many statements for all."""
    if not needs:
        return {}
    [row] = offer_rows([offer])
    fits = [Fit(one, row, today()) for one in need_rows(needs)]
    blocked = {fit.need.id: [one for one in lending.obstacles(fit) if one.gate in HARD] for fit in fits}
    return {need: found[0] for need, found in blocked.items() if found}


def _judged(fit: Fit, words: Vocabulary) -> Judged:
    return Judged(
        fit,
        lending.obstacles(fit),
        lending.Lending(
            fit.need.id,
            fit.offer.id,
            lending.score(fit),
            lending.reasons(fit, words),
            lending.reservation(fit),
        ),
        lending.stored_inputs(fit, words),
    )
