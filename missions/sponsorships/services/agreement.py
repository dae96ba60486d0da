"""From a preparation to the yes of both sides."""

from collections.abc import Sequence

from jeveuxagir.accounts.models import User
from jeveuxagir.audit.services import record
from jeveuxagir.common.constraints import refusals
from jeveuxagir.common.errors import NotAllowed, RuleBroken, allow
from jeveuxagir.common.locks import lock, retried_once
from missions.offers.models import Offer
from missions.skill_needs.models import SkillNeed
from missions.sponsorships import dues, policies
from missions.sponsorships import notifications as mails
from missions.sponsorships.enums import Side, State
from missions.sponsorships.models import Sponsorship
from missions.sponsorships.neighbours import free_need, move_need, reasons_of, served, settle_offer
from organisations import policies as organisations

from .inside import (
    BUSY,
    REFUSALS,
    check_version,
    drop_proposed,
    lock_organisations,
    locked,
    move,
    require_reason,
    require_standing,
    require_verified,
)
from .terms import Terms, check_offered, check_terms, nothing_left, require_left, require_open


@retried_once(BUSY)
def draft(
    *,
    actor: User | None,
    need: SkillNeed,
    offer: Offer,
    terms: Terms,
    format: str,
    reasons: Sequence[str] = (),
) -> Sponsorship:
    """Prepared by a coordinator of the employer for a need that still seeks; `actor` None: the platform, once both
    sides said yes to a proposal. Nothing is held yet."""
    lock_organisations(need.organisation_id, offer.organisation_id)
    need = lock(SkillNeed.objects.select_related("organisation"), pk=need.pk)
    offer = lock(Offer.objects.select_related("organisation"), pk=offer.pk)
    allow(actor is None or organisations.can_handle_missions(actor, offer.organisation))
    require_verified(need.organisation, offer.organisation)
    if not need.is_seeking:
        raise RuleBroken("Ce besoin n’est plus ouvert.", code="need_taken")
    require_open(offer)
    if need.organisation_id == offer.organisation_id:
        raise RuleBroken("Un employeur ne répond pas à son propre besoin.", code="own_need")
    if offer.first_timers_only and need.organisation_id in served():
        raise RuleBroken(
            "L’offre vient d’ouvrir : pendant 72 heures, elle va d’abord aux associations jamais servies.",
            code="first_timers",
        )
    sponsorship = Sponsorship(
        need=need,
        offer=offer,
        format=format,
        reasons=list(reasons) or reasons_of(need, offer),
        created_by=actor,
        **vars(terms),
    )
    check_terms(sponsorship, terms, renewed=False)
    check_offered(offer, terms, format)
    require_left(offer, terms.minutes)
    with refusals(REFUSALS):
        sponsorship.save()
    record("sponsorship.drafted", sponsorship, actor=actor, need=need.pk, offer=offer.pk)
    return sponsorship


@retried_once(BUSY)
def rework(sponsorship: Sponsorship, *, actor: User, version: int, terms: Terms, format: str) -> Sponsorship:
    """Change what is prepared, until the employer agrees."""
    sponsorship = locked(sponsorship)
    allow(policies.can_handle(actor, sponsorship, Side.COMPANY))
    require_drafted(sponsorship)
    check_version(sponsorship, version)
    require_verified(sponsorship.employer)
    sponsorship.format = format
    check_terms(sponsorship, terms, renewed=False)
    check_offered(sponsorship.offer, terms, format)
    require_left(sponsorship.offer, terms.minutes)
    for name, value in vars(terms).items():
        setattr(sponsorship, name, value)
    sponsorship.version += 1
    with refusals(REFUSALS):
        sponsorship.save()
    record("sponsorship.reworked", sponsorship, actor=actor)
    return sponsorship


def require_drafted(sponsorship: Sponsorship) -> None:
    """Terms are changed before the employer agreed to them; later the convention says them."""
    if sponsorship.is_ended:
        state = sponsorship.get_state_display()
        raise RuleBroken(f"Cette mise à disposition ne change plus : « {state} ».", code="wrong_state")
    if sponsorship.state != State.DRAFTED:
        raise RuleBroken("Les deux côtés en parlent déjà : la convention le dira.", code="wrong_state")


@retried_once(BUSY)
def employer_agree(sponsorship: Sponsorship, *, actor: User, version: int | None = None) -> Sponsorship:
    """The employer commits the time it read (`version`): its offer holds it from now on. The association is told."""
    sponsorship = locked(sponsorship)
    allow(policies.can_handle(actor, sponsorship, Side.COMPANY))
    check_version(sponsorship, version)
    require_verified(sponsorship.employer, sponsorship.association)
    if not sponsorship.need.is_seeking:
        raise RuleBroken("Ce besoin n’est plus ouvert.", code="need_taken")
    if sponsorship.state == State.DRAFTED:
        require_open(sponsorship.offer)
    move(sponsorship, "employer_agree")
    sponsorship.agreed_at, sponsorship.agreed_by = sponsorship.state_changed_at, actor
    with refusals(REFUSALS | {"offer_never_overspent": nothing_left(sponsorship.offer)}):
        sponsorship.save()
    move_need(sponsorship.need, "talk", actor=actor)
    settle_offer(sponsorship.offer, actor=actor)
    dues.plan_answer(sponsorship)
    record("sponsorship.employer_agreed", sponsorship, actor=actor, minutes=sponsorship.minutes)
    mails.tell(sponsorship, "asked", Side.ASSOCIATION, once=str(sponsorship.version), besides=actor)
    return sponsorship


@retried_once(BUSY)
def association_agree(sponsorship: Sponsorship, *, actor: User, version: int | None = None) -> Sponsorship:
    """The association accepts what it read: its need is agreed, the convention comes next. Somebody else than who
    agreed for the employer; the others who had agreed are answered (`release_of_need`)."""
    sponsorship = locked(sponsorship)
    allow(policies.can_handle(actor, sponsorship, Side.ASSOCIATION))
    check_version(sponsorship, version)
    require_verified(sponsorship.employer, sponsorship.association)
    require_standing(sponsorship)
    if not sponsorship.need.is_seeking:
        raise RuleBroken("Ce besoin n’est plus ouvert.", code="need_taken")
    move(sponsorship, "association_agree")
    sponsorship.accepted_by = actor
    with refusals(REFUSALS):
        sponsorship.save()
    move_need(sponsorship.need, "agree", actor=actor)
    dues.plan_signing(sponsorship)
    record("sponsorship.association_agreed", sponsorship, actor=actor)
    mails.tell(sponsorship, "agreed", Side.COMPANY, once=str(sponsorship.version), besides=actor)
    return sponsorship


@retried_once(BUSY)
def decline(sponsorship: Sponsorship, *, actor: User, side: str, reason: str) -> Sponsorship:
    """Before anything is signed, either side says no and why: the time goes back to the offer, the need seeks again."""
    sponsorship = locked(sponsorship)
    allow(side in Side.values and policies.can_handle(actor, sponsorship, side))
    if side == Side.ASSOCIATION and sponsorship.state == State.DRAFTED:
        raise NotAllowed
    require_reason(reason)
    known_there = sponsorship.state != State.DRAFTED
    move(sponsorship, "decline")
    sponsorship.ended_by, sponsorship.end_reason = side, reason
    sponsorship.save()
    drop_proposed(sponsorship, actor=actor)
    free_need(sponsorship.need, actor=actor)
    settle_offer(sponsorship.offer, actor=actor)
    dues.forget(sponsorship)
    record("sponsorship.declined", sponsorship, actor=actor, side=str(side))
    if known_there:
        mails.tell(sponsorship, "declined", Side(side).other, once="", besides=actor)
    return sponsorship
