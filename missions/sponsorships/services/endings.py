"""How a sponsorship ends: both debriefs, then closed; or broken off before its time."""

from django.db import transaction

from jeveuxagir.accounts.models import User
from jeveuxagir.audit.services import record
from jeveuxagir.common.constraints import refusals
from jeveuxagir.common.errors import RuleBroken, allow
from jeveuxagir.common.locks import retried_once
from jeveuxagir.common.text import clean
from missions.sponsorships import dues, policies
from missions.sponsorships import notifications as mails
from missions.sponsorships.enums import BEFORE_SIGNING, WORKING, Outcome, Side, State
from missions.sponsorships.models import Debrief, Sponsorship
from missions.sponsorships.neighbours import free_need, move_need, settle_offer
from organisations.models import Organisation

from .inside import BUSY, REFUSALS, check_version, drop_proposed, locked, move, require_acting, require_reason


@retried_once(BUSY)
def debrief(
    sponsorship: Sponsorship,
    *,
    actor: User,
    side: str,
    delivered: str,
    went_well: str,
    to_improve: str = "",
    again: bool = False,
) -> Debrief:
    """What one side says of it, once. The other side reads it after its own."""
    sponsorship = locked(sponsorship)
    allow(side in Side.values and policies.can_handle(actor, sponsorship, side))
    require_acting(sponsorship, side)
    if sponsorship.state not in (State.RUNNING, State.BROKEN):
        raise RuleBroken(
            "Le bilan se fait une fois le travail commencé, et avant la fin.", code="wrong_state"
        )
    if delivered not in Outcome.values:
        raise RuleBroken("Dites si ce qui était demandé est fait.", code="delivered")
    if not clean(went_well):
        raise RuleBroken("Dites ce qui a bien marché, même en une phrase.", code="went_well")
    with refusals(REFUSALS):
        said = Debrief.objects.create(
            sponsorship=sponsorship,
            side=side,
            delivered=delivered,
            went_well=went_well,
            to_improve=to_improve,
            again=again,
            author=actor,
        )
    record("sponsorship.debriefed", sponsorship, actor=actor, side=str(side))
    both = sponsorship.debriefs.count() == len(Side)
    mails.tell(sponsorship, "debriefed", Side(side).other, once=str(side), besides=actor, both=both)
    return said


@retried_once(BUSY)
def close(sponsorship: Sponsorship, *, actor: User, side: str, version: int | None = None) -> Sponsorship:
    """Both debriefs are written, by two persons, and no day waits: what was not used goes back to the offer, the need
    is delivered."""
    sponsorship = locked(sponsorship)
    allow(side in Side.values and policies.can_handle(actor, sponsorship, side))
    if sponsorship.state == State.CLOSED:
        return sponsorship
    check_version(sponsorship, version)
    require_acting(sponsorship, side)
    move(sponsorship, "close")
    with refusals(REFUSALS):
        sponsorship.save()
    drop_proposed(sponsorship, actor=actor)
    move_need(sponsorship.need, "deliver", actor=actor)
    settle_offer(sponsorship.offer, actor=actor)
    dues.forget(sponsorship)
    record("sponsorship.closed", sponsorship, actor=actor, validated=sponsorship.validated_minutes)
    mails.tell(sponsorship, "closed", Side(side).other, once="", besides=actor)
    return sponsorship


@retried_once(BUSY)
def break_off(sponsorship: Sponsorship, *, actor: User | None, side: str, reason: str) -> Sponsorship:
    """Either side ends it before its time and says why. The days done stay counted; those that wait may still be
    validated; the rest goes back to the offer, and the need seeks again."""
    sponsorship = locked(sponsorship)
    allow(side in Side.values and (actor is None or policies.can_handle(actor, sponsorship, side)))
    require_reason(reason)
    move(sponsorship, "break")
    sponsorship.ended_by, sponsorship.end_reason = side, reason
    with refusals(REFUSALS):
        sponsorship.save()
    drop_proposed(sponsorship, actor=actor)
    free_need(sponsorship.need, actor=actor)
    settle_offer(sponsorship.offer, actor=actor)
    dues.forget(sponsorship)
    record("sponsorship.broken", sponsorship, actor=actor, side=str(side))
    mails.tell(sponsorship, "broken", Side(side).other, once="", besides=actor)
    return sponsorship


@transaction.atomic
def end_with_organisation(organisation: Organisation) -> int:
    """It closed: what is not signed comes to nothing, what is under way is broken off. Safe to run twice."""
    reason = f"{organisation.name} est fermée."
    ended = 0
    rows = Sponsorship.objects.of_organisation(organisation) | Sponsorship.objects.given_by(organisation)
    for row in rows.filter(state__in=[*BEFORE_SIGNING, *WORKING]).order_by("pk"):
        sponsorship = locked(row)
        side = Side.COMPANY if sponsorship.offer.organisation_id == organisation.pk else Side.ASSOCIATION
        if sponsorship.state in WORKING:
            break_off(sponsorship, actor=None, side=side, reason=reason)
        elif sponsorship.state in BEFORE_SIGNING:
            move(sponsorship, "decline")
            sponsorship.ended_by, sponsorship.end_reason = side, reason
            sponsorship.save()
            drop_proposed(sponsorship, actor=None)
            free_need(sponsorship.need, actor=None)
            settle_offer(sponsorship.offer, actor=None)
            dues.forget(sponsorship)
            record("sponsorship.declined", sponsorship, side=str(side))
            if sponsorship.agreed_at:
                mails.tell(sponsorship, "declined", side.other, once="")
        ended += 1
    return ended
