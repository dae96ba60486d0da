"""Whose account a convention is linked to: the employer says it, and that person may undo it in one click."""

from jeveuxagir.accounts.models import User
from jeveuxagir.audit.services import record
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.common.locks import lock_all, retried_once
from jeveuxagir.common.text import NBSP
from missions.sponsorships import notifications as mails
from missions.sponsorships import policies
from missions.sponsorships.enums import Side
from missions.sponsorships.models import Sponsorship

from .inside import BUSY, convention_in_force, locked_for_days


@retried_once(BUSY)
def unlink_person(sponsorship: Sponsorship, *, actor: User) -> Sponsorship:
    """« Ce n’est pas moi »: the account is taken out of every version; names, words, signatures and fingerprints stay.

    Whoever noted days said by that that it is them, and whoever handles the association would then validate their own
    days: these ask for an amendment.
    """
    sponsorship = locked_for_days(sponsorship)
    convention = convention_in_force(sponsorship)
    if convention is None or not policies.is_worker(actor, convention):
        raise NotAllowed("Seule la personne reliée à cette convention défait ce lien.")
    if sponsorship.days.counted().filter(convention__employee=actor.person, logged_by=actor).exists():
        raise RuleBroken(
            f"Vous avez noté des journées sur cette mise à disposition{NBSP}: retirez celles qui attendent, ou "
            "demandez à votre employeur un avenant qui change la personne.",
            code="days_noted",
        )
    if policies.can_handle(actor, sponsorship, Side.ASSOCIATION):
        raise RuleBroken(
            f"Vous suivez aussi cette mise à disposition pour l’association{NBSP}: demandez à votre employeur un "
            "avenant qui change la personne.",
            code="both_sides",
        )
    named = lock_all(sponsorship.conventions.filter(employee=actor.person))
    for one in named:
        one.employee = None
        one.save(update_fields=["employee"])
    record("sponsorship.person_unlinked", sponsorship, actor=actor, number=convention.number)
    mails.tell(sponsorship, "unlinked", Side.COMPANY, once=str(convention.pk), besides=actor)
    return sponsorship
