"""What every verb on sponsorships stands on: its locks, its refusals, its moves.

Locked in this order: both organisations by key → need → offer → sponsorship → convention or day.
"""

from jeveuxagir.accounts.models import User
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import RuleBroken, Stale
from jeveuxagir.common.locks import lock, lock_all
from jeveuxagir.common.text import NBSP, clean, of
from missions.offers.enums import State as OfferState
from missions.offers.models import Offer
from missions.skill_needs.enums import State as NeedState
from missions.skill_needs.models import SkillNeed
from missions.sponsorships.enums import TRANSITIONS, ConventionState, State
from missions.sponsorships.models import Convention, DayEntry, Sponsorship
from organisations import verification
from organisations.enums import State as OrganisationState
from organisations.models import Organisation

BUSY = "Plusieurs personnes agissent en même temps sur cette mise à disposition. Recommencez dans un instant."


REFUSALS = {
    "sponsorship_closed_without_waiting": "Des journées attendent encore d’être validées.",
    "sponsorship_closed_after_debriefs": "Chaque côté fait son bilan avant la fin.",
    "convention_words_are_fixed": "Une convention signée ne change plus : proposez un avenant.",
    "day_after_closing": "Cette mise à disposition est terminée : plus rien ne s’y note ni ne s’y valide.",
    "day_within_convention": "Cette date est en dehors de la convention.",
    "day_never_ahead": "Une journée se note une fois travaillée.",
    "day_once": "Ce moment est déjà noté.",
    "day_of_one_person": (
        "Cette personne a déjà une journée à ce moment, sur une autre mise à disposition : une journée ne compte pas "
        "deux fois."
    ),
    "day_twelve_hours": "Cela fait plus de douze heures le même jour pour cette personne.",
    "day_never_by_who_worked": (
        "Vous avez travaillé ce jour-là : quelqu’un d’autre de l’association le valide."
    ),
    "convention_never_by_who_comes": (
        "Vous êtes la personne mise à disposition : quelqu’un d’autre signe pour l’association."
    ),
}


#: what an offer may be while what was committed from it goes on
_STANDING = (OfferState.OPEN, OfferState.PAUSED, OfferState.EXHAUSTED, OfferState.EXPIRED)


def lock_organisations(*pks: int) -> None:
    lock_all(Organisation.objects.filter(pk__in=pks))


def locked(sponsorship: Sponsorship) -> Sponsorship:
    """With both organisations, its need and its offer, in order; the three are its attributes."""
    lock_organisations(sponsorship.need.organisation_id, sponsorship.offer.organisation_id)
    need = lock(SkillNeed.objects.select_related("organisation"), pk=sponsorship.need_id)
    offer = lock(Offer.objects.select_related("organisation"), pk=sponsorship.offer_id)
    sponsorship = lock(Sponsorship.objects.all(), pk=sponsorship.pk)
    sponsorship.need, sponsorship.offer = need, offer
    return sponsorship


def locked_for_days(sponsorship: Sponsorship) -> Sponsorship:
    """A day touches no organisation and no need: its offer, then itself."""
    offer = lock(Offer.objects.select_related("organisation"), pk=sponsorship.offer_id)
    rows = Sponsorship.objects.select_related("need__organisation")
    sponsorship = lock(rows, pk=sponsorship.pk)
    sponsorship.offer = offer
    return sponsorship


def locked_day(day: DayEntry) -> tuple[Sponsorship, DayEntry]:
    sponsorship = locked_for_days(day.sponsorship)
    day = lock(DayEntry.objects.select_related("convention"), pk=day.pk)
    day.sponsorship = sponsorship
    return sponsorship, day


def convention_in_force(sponsorship: Sponsorship) -> Convention | None:
    return sponsorship.conventions.in_force().select_related("employee").first()


def move(sponsorship: Sponsorship, verb: str) -> None:
    label = sponsorship.get_state_display()
    sponsorship.state = TRANSITIONS.target(verb, sponsorship.state, label=label)
    sponsorship.state_changed_at = now()
    sponsorship.version += 1


def drop_version(convention: Convention, sponsorship: Sponsorship, *, actor: User | None) -> None:
    convention.state, convention.state_changed_at = ConventionState.DROPPED, now()
    convention.save(update_fields=["state", "state_changed_at"])
    record("sponsorship.convention_dropped", sponsorship, actor=actor, number=convention.number)


def drop_proposed(sponsorship: Sponsorship, *, actor: User | None) -> None:
    for convention in sponsorship.conventions.proposed():
        drop_version(convention, sponsorship, actor=actor)


def require_verified(*several: Organisation) -> None:
    """Validated, and not closed according to the registry."""
    for organisation in several:
        if organisation.state != OrganisationState.VALIDATED:
            raise RuleBroken(f"{organisation.name} n’est pas validée en ce moment.", code="not_validated")
        if verification.says_closed(organisation):
            raise RuleBroken(
                f"D’après le registre, l’organisation qui porte le numéro {of(organisation.name)} est fermée{NBSP}: "
                "rien ne s’engage avec elle. Si le registre se trompe, écrivez-nous depuis la page « Contact ».",
                code="closed_number",
            )


def require_acting(sponsorship: Sponsorship, side: str) -> None:
    """Suspended, an organisation may only put an end to things; what is counted stays counted."""
    organisation = sponsorship.organisation_of(side)
    if organisation.state != OrganisationState.VALIDATED:
        raise RuleBroken(
            f"{organisation.name} n’est pas validée en ce moment{NBSP}: elle ne note, ne valide et ne signe rien. "
            "Ce qui est déjà compté le reste.",
            code="not_validated",
        )


def require_standing(sponsorship: Sponsorship) -> None:
    """What an employer committed stands when it pauses or ends its offer, not when the brigade suspends one of both."""
    if sponsorship.offer.state not in _STANDING:
        raise RuleBroken(
            "La brigade a suspendu cette offre : rien ne s’engage tant qu’elle l’est.", code="offer_closed"
        )
    if sponsorship.need.state == NeedState.SUSPENDED:
        raise RuleBroken(
            "La brigade a suspendu ce besoin : rien ne s’engage tant qu’il l’est.", code="need_suspended"
        )


def check_version(sponsorship: Sponsorship, version: int | None) -> None:
    """`version`: of the page somebody read."""
    if version is not None and version != sponsorship.version:
        raise Stale("Quelqu’un a modifié cette mise à disposition entre-temps. Relisez, puis recommencez.")


def require_reason(reason: str) -> None:
    if not clean(reason):
        raise RuleBroken("Dites pourquoi.", code="reason")


def refuse_closed(sponsorship: Sponsorship) -> None:
    if sponsorship.state == State.CLOSED:
        raise RuleBroken(REFUSALS["day_after_closing"], code="day_after_closing")
