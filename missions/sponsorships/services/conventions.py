"""The convention and its amendments: proposed by one side, signed by both, in force with its PDF."""

import datetime
import hashlib

from django.db.models import Max

from jeveuxagir.accounts.models import Person, User
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now
from jeveuxagir.common.constraints import refusals
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale, allow
from jeveuxagir.common.locks import lock, retried_once
from jeveuxagir.common.text import clean, clean_line, fold
from missions.skill_needs.enums import State as NeedState
from missions.sponsorships import documents, dues, policies, rules, wording
from missions.sponsorships import notifications as mails
from missions.sponsorships.enums import SOMEBODY, WORKING, ConventionState, Side, State
from missions.sponsorships.models import Convention, Sponsorship
from missions.sponsorships.neighbours import settle_offer
from organisations.companies.enums import Shown
from organisations.companies.models import Employee
from organisations.models import Organisation

from .inside import (
    BUSY,
    REFUSALS,
    check_version,
    convention_in_force,
    drop_version,
    locked,
    move,
    require_acting,
    require_standing,
    require_verified,
)
from .terms import Terms, check_terms, nothing_left, require_room


@retried_once(BUSY)
def propose_convention(
    sponsorship: Sponsorship,
    *,
    actor: User,
    side: str,
    terms: Terms,
    employee_name: str = "",
    employee: Person | None = None,
    summary: str = "",
    version: int | None = None,
    ethics_checked: bool = False,
) -> Convention:
    """The convention, by the employer, who says who comes; then an « avenant », by either side.

    Only the employer changes the person: without a name, an amendment keeps who is there. What was proposed before and
    nobody signed is replaced; what one side signed is not.
    """
    sponsorship = locked(sponsorship)
    allow(side in Side.values and policies.can_handle(actor, sponsorship, side))
    check_version(sponsorship, version)
    require_verified(sponsorship.employer, sponsorship.association)
    require_standing(sponsorship)
    current = convention_in_force(sponsorship)
    if current is None:
        if side != Side.COMPANY:
            raise NotAllowed("L’employeur écrit la convention : il dit qui vient.")
        if sponsorship.state != State.ASSOCIATION_AGREED:
            raise RuleBroken("La convention s’écrit une fois les deux côtés d’accord.", code="wrong_state")
    elif sponsorship.state not in WORKING:
        raise RuleBroken(REFUSALS["day_after_closing"], code="wrong_state")
    employee_name = clean_line(employee_name)
    if current is not None and (side == Side.ASSOCIATION or not employee_name):
        employee, employee_name = current.employee, current.employee_name
    if not employee_name:
        raise RuleBroken(
            "Dites qui vient : son nom n’est donné qu’une fois la convention signée.", code="employee"
        )
    if not any(sign.isalpha() for sign in employee_name):
        raise RuleBroken("Écrivez un prénom et un nom, en lettres.", code="employee_name")
    if current is not None and not clean(summary):
        raise RuleBroken("Dites ce que change l’avenant.", code="summary")
    check_terms(sponsorship, terms, renewed=current is not None)
    require_room(sponsorship, terms)
    for waiting in sponsorship.conventions.proposed():
        if waiting.company_at or waiting.association_at:
            raise RuleBroken(
                "Un côté a déjà signé la version proposée : signez-la, ou abandonnez-la d’abord.",
                code="convention_one_proposed",
            )
        drop_version(waiting, sponsorship, actor=actor)
    if current is None:
        # given up before anybody signed, it leaves nothing behind; what one side signed is kept to be read
        sponsorship.conventions.filter(company_at=None, association_at=None).delete()
    last = sponsorship.conventions.aggregate(number=Max("number"), amendment=Max("amendment"))
    convention = Convention(
        sponsorship=sponsorship,
        number=(last["number"] or 0) + 1,
        amendment=0 if current is None else (last["amendment"] or 0) + 1,
        employee=employee,
        employee_name=employee_name,
        summary=clean(summary),
        template=wording.CURRENT,
        proposed_by=actor,
        proposed_side=side,
        **vars(terms),
    )
    _check_person(convention)
    _record_ethics(convention, current, actor, checked=ethics_checked)
    convention.articles = wording.articles(sponsorship, convention)
    convention.text_hash = wording.hash_of(convention)
    with refusals(REFUSALS):
        convention.save()
    record("sponsorship.convention_proposed", sponsorship, actor=actor, number=convention.number)
    mails.tell_convention(convention, "to_sign", Side(side).other, besides=actor)
    return convention


@retried_once(BUSY)
def sign(convention: Convention, *, actor: User, side: str, seen_hash: str, capacity: str = "") -> Convention:
    """One side signs the words it read; with the second signature it is in force, with its PDF.

    Only who may sign for that organisation, and never one person for both. `seen_hash`: that of the page they read.
    """
    sponsorship = locked(convention.sponsorship)
    convention = lock(Convention.objects.select_related("employee"), pk=convention.pk)
    convention.sponsorship = sponsorship
    allow(side in Side.values)
    if not policies.can_sign(actor, sponsorship, side):
        raise NotAllowed("Seule une personne qui peut signer pour l’organisation signe la convention.")
    if side == Side.ASSOCIATION and convention.employee_id == actor.person_id:
        raise NotAllowed(REFUSALS["convention_never_by_who_comes"])
    if convention.state != ConventionState.PROPOSED or seen_hash != convention.text_hash:
        raise Stale("Cette convention a changé depuis que vous l’avez ouverte. Relisez-la, puis signez.")
    if wording.hash_of(convention) != convention.text_hash:
        raise RuleBroken(
            "Les mots de cette version ne sont plus ceux de son empreinte. Abandonnez-la, puis reprenez-la.",
            code="convention_altered",
        )
    if convention.signed_at(side):
        return convention
    require_verified(sponsorship.employer, sponsorship.association)
    require_standing(sponsorship)
    if sponsorship.state == State.ASSOCIATION_AGREED and sponsorship.need.state != NeedState.AGREED:
        raise RuleBroken("Ce besoin n’est plus ouvert.", code="need_taken")
    name = actor.person.full_name or actor.person.first_name
    said = clean(f"{name}, {capacity}" if clean(capacity) else name)[:300]
    setattr(convention, f"{side}_by", actor)
    setattr(convention, f"{side}_at", now())
    setattr(convention, f"{side}_signatory", said)
    with refusals(REFUSALS):
        convention.save()
    record(
        "sponsorship.convention_signed", sponsorship, actor=actor, number=convention.number, side=str(side)
    )
    if convention.company_at and convention.association_at:
        _enter_into_force(convention, actor=actor)
    else:
        mails.tell_convention(convention, "to_sign", Side(side).other, besides=actor)
    return convention


@retried_once(BUSY)
def drop_convention(convention: Convention, *, actor: User, side: str) -> Convention:
    """A proposed convention or amendment is given up, by either side; what is in force stays."""
    sponsorship = locked(convention.sponsorship)
    convention = lock(Convention.objects.all(), pk=convention.pk)
    allow(side in Side.values and policies.can_handle(actor, sponsorship, side))
    require_acting(sponsorship, side)
    if convention.state != ConventionState.PROPOSED:
        raise RuleBroken("Seule une version à signer s’abandonne.", code="wrong_state")
    drop_version(convention, sponsorship, actor=actor)
    convention.sponsorship = sponsorship
    if convention.signed_at(Side(side).other):
        mails.tell_convention(convention, "dropped", Side(side).other, besides=actor)
    return convention


def _enter_into_force(convention: Convention, *, actor: User) -> None:
    sponsorship = convention.sponsorship
    terms = Terms(
        convention.minutes,
        convention.day_minutes,
        convention.starts_on,
        convention.ends_on,
        convention.profile,
    )
    require_room(sponsorship, terms)
    _check_person(convention)
    came = None
    for former in sponsorship.conventions.in_force():
        came = former.employee_id
        former.state, former.state_changed_at = ConventionState.SUPERSEDED, now()
        former.save(update_fields=["state", "state_changed_at"])
    convention.state = ConventionState.IN_FORCE
    convention.state_changed_at = convention.in_force_at = now()
    with refusals(REFUSALS):
        convention.save(update_fields=["state", "state_changed_at", "in_force_at"])
    for name, value in vars(terms).items():
        setattr(sponsorship, name, value)
    if sponsorship.state == State.ASSOCIATION_AGREED:
        move(sponsorship, "sign")
    sponsorship.version += 1
    with refusals(REFUSALS | {"offer_never_overspent": nothing_left(sponsorship.offer)}):
        sponsorship.save()
    convention.document = documents.pdf_of(convention)
    convention.document_hash = hashlib.sha256(convention.document).hexdigest()
    convention.save(update_fields=["document", "document_hash"])
    settle_offer(sponsorship.offer, actor=actor)
    dues.plan(sponsorship)
    record("sponsorship.convention_in_force", sponsorship, actor=actor, number=convention.number)
    for side in Side:
        mails.tell_convention(convention, "in_force", side, besides=actor)
    if convention.employee_id != came:
        mails.tell_who_comes(convention)


def employee_of_address(organisation: Organisation, email: str) -> Person | None:
    """Whose account has this address among the people who show their employer their name, if any. Of the others it
    learns nothing, not even by trying addresses."""
    people = Employee.objects.of_organisation(organisation).live().exclude(shown=Shown.NOTHING)
    row = people.filter(person__user__email__iexact=clean(email)).select_related("person").first()
    return row.person if row else None


def _check_person(convention: Convention) -> None:
    """All that this person was lent by this employer, as signed, with what is asked now."""
    employer = convention.sponsorship.offer.organisation
    signed = Convention.objects.filter(sponsorship__offer__organisation=employer).exclude(in_force_at=None)
    same = [
        one
        for one in signed.select_related("sponsorship")
        if (one.employee_id and one.employee_id == convention.employee_id)
        or (
            fold(one.employee_name) == fold(convention.employee_name)
            and None in (one.employee_id, convention.employee_id)
            and one.employee_name != SOMEBODY
        )
    ]
    periods = [(one.starts_on, _ended_on(one)) for one in same]
    rules.check_person(
        employer.kind,
        [(first, last) for first, last in periods if first <= last]
        + [(convention.starts_on, convention.ends_on)],
    )


def _record_ethics(convention: Convention, current: Convention | None, actor: User, *, checked: bool) -> None:
    """A public employer says that the check of ethics was made for who comes; who said so, and when, is kept. Asked
    again when the person changes."""
    rule = rules.ethics_rule(convention.sponsorship.offer.organisation.kind)
    if rule is None:
        return
    same = (
        current is not None
        and current.employee_name == convention.employee_name
        and current.employee_id == convention.employee_id
    )
    if current is not None and same and current.ethics_at:
        convention.ethics_by, convention.ethics_at = current.ethics_by, current.ethics_at
        return
    if same and convention.proposed_side == Side.ASSOCIATION:
        return  # signed before it was asked: the employer says it with its own next amendment
    if not checked:
        raise RuleBroken(f"Le contrôle de déontologie vient d’abord. {rule.cited}", code=rule.code)
    convention.ethics_by, convention.ethics_at = actor, now()


def _ended_on(convention: Convention) -> datetime.date:
    """The last day lent under it: that of its end, or the day it was broken off or replaced."""
    sponsorship = convention.sponsorship
    if convention.state == ConventionState.SUPERSEDED or sponsorship.state in (State.BROKEN, State.CLOSED):
        moved = convention if convention.state == ConventionState.SUPERSEDED else sponsorship
        return min(convention.ends_on, moved.state_changed_at.date())
    return convention.ends_on
