"""Every write on pairings. Locks: the two organisations in order, the need, the offer, then the pairing, as
sponsorships do."""

import datetime
from collections.abc import Callable, Iterable
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Count, Q, QuerySet

from jeveuxagir.accounts.models import Person, User
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now
from jeveuxagir.common.constraints import refusals
from jeveuxagir.common.errors import RuleBroken, WrongState, allow
from jeveuxagir.common.locks import lock, lock_all
from jeveuxagir.matching.lending import LENDING_VERSION
from missions.offers.enums import State as OfferState
from missions.offers.models import Offer
from missions.skill_needs import services as skill_needs
from missions.skill_needs.enums import SEEKING
from missions.skill_needs.enums import State as NeedState
from missions.skill_needs.models import SkillNeed
from missions.sponsorships.enums import LIVE
from missions.sponsorships.models import Sponsorship
from organisations.models import Organisation

from . import matching, policies
from . import notifications as mails
from .enums import TRANSITIONS, Answer, DeclineReason, Origin, Side, State, WithdrawnBecause
from .models import LIFE, MOST_PER_OFFER, Pairing
from .rows import is_giving

logger = structlog.get_logger(__name__)
#: what ended is kept this long
KEPT = datetime.timedelta(days=3 * 365)
#: a need in one of these, an offer that has ended, are not waited for: suspended or paused, they may come back
OVER = (NeedState.AGREED, NeedState.DELIVERED, NeedState.NO_TAKER)


# --- bringing together ----------------------------------------------------------------------------------------


@transaction.atomic
def propose(*, actor: User | None, need: SkillNeed, offer: Offer, origin: str, note: str = "") -> Pairing:
    """A need and an offer brought together by a person of either side, by the brigade, or by the engine (no actor).

    Whoever proposes for a side says yes for it. The engine and the brigade ask both.
    """
    need, offer = _locked_pair(need.pk, offer.pk)
    allow(actor is None if origin == Origin.ENGINE else policies.can_propose(actor, need, offer, origin))
    judged = matching.judge(need, offer, again=origin != Origin.ENGINE)
    if judged.forbidden:
        raise RuleBroken(judged.forbidden.sentence, code=judged.forbidden.gate)
    if origin == Origin.ENGINE and judged.obstacles:
        raise RuleBroken(judged.obstacles[0].sentence, code=judged.obstacles[0].gate)
    found = judged.lending
    pairing = Pairing(
        need=need,
        offer=offer,
        origin=origin,
        proposed_by=actor,
        note=note,
        engine_version=LENDING_VERSION,
        score=found.score,
        reasons=[{"code": one.code, "text": one.exact, "mail": one.coarse} for one in found.reasons],
        reservation=(
            {
                "code": found.reservation.code,
                "text": found.reservation.exact,
                "mail": found.reservation.coarse,
            }
            if found.reservation
            else None
        ),
        obstacles=[one.sentence for one in judged.mismatches],
        inputs=judged.inputs,
        expires_at=now() + LIFE,
    )
    asked = [Side.COMPANY, Side.ASSOCIATION]
    if origin in (Origin.COMPANY, Origin.ASSOCIATION):
        _say(pairing, Side(origin), Answer.YES, actor)
        asked.remove(Side(origin))
    with refusals():
        pairing.save()
    record("pairing.proposed", pairing, actor=actor, need=need.pk, offer=offer.pk, origin=origin)
    for side in asked:
        mails.ask(pairing, side)
    return pairing


def propose_for_offer(offer: Offer) -> int:
    """The engine's best needs for an offer, as many as its employer may still answer. Safe to run twice."""
    room = MOST_PER_OFFER - Pairing.objects.waiting().of_offer(offer).count()
    return (
        sum(_by_engine(found) for found in matching.for_offer(offer, limit=room, by_engine=True))
        if room > 0
        else 0
    )


def propose_for_need(need: SkillNeed) -> int:
    """The engine's best offers for a need. Safe to run twice."""
    full = {
        row["offer"]
        for row in Pairing.objects.waiting()
        .values("offer")
        .annotate(n=Count("pk"))
        .filter(n__gte=MOST_PER_OFFER)
    }
    candidates = [
        found for found in matching.for_need(need, limit=10, by_engine=True) if found.offer.pk not in full
    ]
    return sum(_by_engine(found) for found in candidates[:3])


def propose_all() -> int:
    """Every offer that may be proposed, the oldest first. Returns how many pairings were made."""
    return _each(Offer.objects.giving().order_by("opened_at", "pk"), propose_for_offer)


def _by_engine(found: matching.Found) -> int:
    try:
        propose(actor=None, need=found.need, offer=found.offer, origin=Origin.ENGINE)
    except (RuleBroken, WrongState):
        return 0  # somebody was quicker: the next round looks again
    return 1


# --- answering ------------------------------------------------------------------------------------------------


@transaction.atomic
def accept(pairing: Pairing, *, actor: User, side: str) -> Pairing:
    """One side says yes; after the second, the employer describes the sponsorship."""
    pairing = _answerable(pairing, actor, side)
    judged = matching.judge(pairing.need, pairing.offer)
    gone = next(
        (one for one in judged.obstacles if one.gate in ("verified", "open", "time_left", "dates")), None
    )
    if gone:
        raise RuleBroken(gone.sentence, code=gone.gate)
    _say(pairing, side, Answer.YES, actor)
    if pairing.company_answer == pairing.association_answer == Answer.YES:
        _move(pairing, "agree")
        if pairing.need.state == NeedState.OPEN:
            skill_needs.talk(pairing.need, actor=actor)
    with refusals():
        pairing.save()
    record("pairing.accepted", pairing, actor=actor, side=side)
    if pairing.state == State.AGREED:
        record("pairing.agreed", pairing, actor=actor, need=pairing.need_id, offer=pairing.offer_id)
        for one in Side:
            mails.agreed(pairing, one)
    elif side == Side.COMPANY:
        mails.interested(pairing)
    return pairing


@transaction.atomic
def decline(pairing: Pairing, *, actor: User, side: str, reason: str, note: str = "") -> Pairing:
    """One side says no, with a reason: the other is told, gently."""
    pairing = _answerable(pairing, actor, side)
    if reason not in DeclineReason.values:
        raise RuleBroken("Dites pourquoi, en choisissant dans la liste.", code="reason")
    _say(pairing, side, Answer.NO, actor)
    pairing.decline_reason, pairing.decline_note = reason, note
    _move(pairing, "decline")
    with refusals():
        pairing.save()
    record("pairing.declined", pairing, actor=actor, side=side, reason=reason)
    other = Side.ASSOCIATION if side == Side.COMPANY else Side.COMPANY
    if pairing.answer_of(other) == Answer.YES:
        mails.ended(pairing, other)
    return pairing


@transaction.atomic
def withdraw(pairing: Pairing, *, actor: User) -> Pairing:
    """Taken back by whoever proposed it, or by the brigade, while somebody has still to answer."""
    pairing = _locked(pairing)
    mine = pairing.origin in (Origin.COMPANY, Origin.ASSOCIATION) and policies.answers_for(
        actor, pairing, pairing.origin
    )
    allow(mine or policies.is_staff_of(actor, pairing.need, pairing.offer))
    _take_back(pairing, WithdrawnBecause.PERSON, actor)
    return pairing


# --- the law of time, and what happens elsewhere ----------------------------------------------------------------


def expire_due() -> int:
    """What was left without an answer ends; who had said yes is told."""
    return _each(Pairing.objects.overdue().order_by("pk"), _expire)


@transaction.atomic
def _expire(pairing: Pairing) -> bool:
    pairing = _locked(pairing)
    if not pairing.is_waiting or pairing.expires_at > now():
        return False
    _move(pairing, "expire")
    pairing.save()
    record("pairing.expired", pairing)
    for side in Side:
        if pairing.answer_of(side) == Answer.YES:
            mails.ended(pairing, side)
    return True


def need_ended(need_id: int) -> None:
    """What waits about a need that waits for nothing any more is taken back; what both had agreed, and nobody
    described, ends."""
    for pairing in Pairing.objects.waiting().filter(need=need_id).order_by("pk"):
        _withdraw_if(pairing, WithdrawnBecause.NEED)
    for pairing in Pairing.objects.agreed().filter(need=need_id).order_by("pk"):
        _end_unused(pairing)


def offer_ended(offer_id: int) -> None:
    for pairing in Pairing.objects.waiting().filter(offer=offer_id).order_by("pk"):
        _withdraw_if(pairing, WithdrawnBecause.OFFER)
    for pairing in Pairing.objects.agreed().filter(offer=offer_id).order_by("pk"):
        _end_unused(pairing)


def made_of(pairing: Pairing) -> QuerySet[Sponsorship]:
    """What came of this pairing, not of another of the same two, the last first."""
    rows = Sponsorship.objects.of_pair(pairing.need_id, pairing.offer_id)
    if pairing.state == State.ENDED:
        rows = rows.failed().filter(state_changed_at__lte=pairing.state_changed_at)
    else:
        failed = Sponsorship.objects.failed().filter(state_changed_at__lt=pairing.state_changed_at)
        rows = rows.exclude(pk__in=failed.values("pk"))
    return rows.order_by("-pk")


@transaction.atomic
def _end_unused(pairing: Pairing) -> None:
    """Both had said yes, and the employer described nothing before the need or the offer was over."""
    pairing = _locked(pairing)
    need_over, offer_over = pairing.need.state in OVER, pairing.offer.state == OfferState.EXPIRED
    if pairing.state != State.AGREED or not (need_over or offer_over) or made_of(pairing).exists():
        return
    _move(pairing, "end")
    pairing.save()
    record("pairing.ended", pairing, need_over=need_over, offer_over=offer_over)
    if need_over:
        mails.ended(pairing, Side.COMPANY)
    if offer_over:
        mails.ended(pairing, Side.ASSOCIATION)


def sponsorship_ended(sponsorship_id: int) -> None:
    """The time lent came to nothing, or stopped before its end: what both had agreed is over, and the two may be
    proposed to each other again."""
    for row in Sponsorship.objects.failed().filter(pk=sponsorship_id):
        for pairing in Pairing.objects.agreed().filter(need=row.need_id, offer=row.offer_id):
            _end_with(pairing, row)


@transaction.atomic
def _end_with(pairing: Pairing, sponsorship: Sponsorship) -> None:
    pairing = _locked(pairing)
    # said late or twice, it ends neither what was agreed since nor what goes on
    if (
        pairing.state != State.AGREED
        or sponsorship.state_changed_at < pairing.state_changed_at
        or Sponsorship.objects.of_pair(pairing.need_id, pairing.offer_id).filter(state__in=LIVE).exists()
    ):
        return
    _move(pairing, "end")
    pairing.save()
    record("pairing.ended", pairing, sponsorship=sponsorship.pk)
    if sponsorship.agreed_at is None and sponsorship.ended_by == Side.COMPANY:
        mails.ended(pairing, Side.ASSOCIATION)  # given up before the association was told anything of it


@transaction.atomic
def _withdraw_if(pairing: Pairing, because: WithdrawnBecause) -> None:
    pairing = _locked(pairing)
    ended = (
        pairing.need.state not in SEEKING
        if because == WithdrawnBecause.NEED
        else not is_giving(pairing.offer)
    )
    if pairing.is_waiting and ended:
        _take_back(pairing, because, None)


@transaction.atomic
def forget_person(person: Person) -> None:
    """Answers stay, without the name of who gave them."""
    Pairing.objects.filter(proposed_by__person=person).update(proposed_by=None)
    Pairing.objects.filter(company_answered_by__person=person).update(company_answered_by=None)
    Pairing.objects.filter(association_answered_by__person=person).update(association_answered_by=None)


def old(moment: datetime.datetime) -> Any:
    """What ended so long ago that nobody needs it: a sponsorship remembers by itself what came of it."""
    return Pairing.objects.filter(
        state__in=[State.DECLINED, State.EXPIRED, State.WITHDRAWN, State.ENDED],
        state_changed_at__lt=moment - KEPT,
    )


def erase_rows(rows: Any) -> None:
    rows.delete()


# --- inside ---------------------------------------------------------------------------------------------------


def _each(rows: Iterable[Any], act: Callable[[Any], int]) -> int:
    """The sum, each in its own commit. A row that cannot be acted upon is logged, looked at again next time, and stops
    no other."""
    done = 0
    for row in list(rows):
        try:
            done += act(row)
        except Exception:
            logger.exception("pairings_failed", row=row.pk, act=act.__name__)
    return done


def _locked_pair(need_id: int, offer_id: int) -> tuple[SkillNeed, Offer]:
    """The two organisations, in order, then the need, then the offer."""
    both = Q(pk__in=SkillNeed.objects.filter(pk=need_id).values("organisation")) | Q(
        pk__in=Offer.objects.filter(pk=offer_id).values("organisation")
    )
    lock_all(Organisation.objects.filter(both))
    need = lock(
        SkillNeed.objects.select_related(
            "organisation__commune__department", "commune", "department", "contact"
        ),
        pk=need_id,
    )
    offer = lock(Offer.objects.select_related("organisation__commune__department"), pk=offer_id)
    return need, offer


def _locked(pairing: Pairing) -> Pairing:
    need, offer = _locked_pair(pairing.need_id, pairing.offer_id)
    found = lock(Pairing.objects.all(), pk=pairing.pk)
    found.need, found.offer = need, offer
    return found


def _answerable(pairing: Pairing, actor: User, side: str) -> Pairing:
    pairing = _locked(pairing)
    allow(policies.answers_for(actor, pairing, side))
    if not pairing.is_waiting:
        raise WrongState(
            f"Cette proposition n’attend plus de réponse : « {pairing.get_state_display()} ».", code="ended"
        )
    if pairing.expires_at <= now():
        raise WrongState("Le temps de répondre est passé.", code="expired")
    if pairing.answer_of(side) != Answer.WAITING:
        raise WrongState("Votre organisation a déjà répondu.", code="answered")
    return pairing


def _say(pairing: Pairing, side: str, answer: str, actor: User | None) -> None:
    setattr(pairing, f"{side}_answer", answer)
    setattr(pairing, f"{side}_answered_at", now())
    setattr(pairing, f"{side}_answered_by", actor)


def _move(pairing: Pairing, verb: str) -> None:
    pairing.state = TRANSITIONS.target(verb, pairing.state, label=pairing.get_state_display())
    pairing.state_changed_at = now()


def _take_back(pairing: Pairing, because: WithdrawnBecause, actor: User | None) -> None:
    _move(pairing, "withdraw")
    pairing.withdrawn_because = because
    pairing.save()
    record("pairing.withdrawn", pairing, actor=actor, because=because)
    for side in Side:
        if pairing.answer_of(side) == Answer.YES and not (
            actor is not None and policies.answers_for(actor, pairing, side)
        ):
            mails.ended(pairing, side)
