"""Who may do what in a sponsorship. Each side acts through its own handlers; the person who comes notes their days."""

from typing import Any

from jeveuxagir.accounts.models import Person, actor_person_id
from organisations import policies as organisations
from organisations.companies.models import Employee
from organisations.models import Membership

from .enums import ConventionState, Side
from .models import Convention, DayEntry, Sponsorship


def can_handle(actor: Any, sponsorship: Sponsorship, side: str) -> bool:
    """Its owners and managers: for an employer, its coordinators."""
    return organisations.can_handle_missions(actor, sponsorship.organisation_of(side))


def sides_of(actor: Any, sponsorship: Sponsorship) -> list[Side]:
    """The sides this person handles: none, one, or both."""
    return [side for side in Side if can_handle(actor, sponsorship, side)]


def can_sign(actor: Any, sponsorship: Sponsorship, side: str) -> bool:
    """A handler of that side whom it lets sign: a reader never does."""
    organisation = sponsorship.organisation_of(side)
    return organisations.can_handle_missions(actor, organisation) and organisations.may_sign(
        actor, organisation
    )


def is_worker(actor: Any, convention: Convention | None) -> bool:
    """Whether this convention names the actor as who comes, today: who left their employer has no access any more."""
    return (
        convention is not None and convention.state == ConventionState.IN_FORCE and _names(convention, actor)
    )


def _names(convention: Convention, actor: Any) -> bool:
    person = actor_person_id(actor)
    if person is None or convention.employee_id != person:
        return False
    employer = convention.sponsorship.offer.organisation
    return Employee.objects.of_organisation(employer).live().filter(person=person).exists()


def may_validate(actor: Any, day: DayEntry, side: str) -> bool:
    """A handler of that side; for the association, never who worked that day."""
    if not can_handle(actor, day.sponsorship, side):
        return False
    return side == Side.COMPANY or actor_person_id(actor) != day.convention.employee_id


def may_withdraw(actor: Any, day: DayEntry) -> bool:
    """Who worked it, still there, whatever was amended since; or a coordinator of the employer."""
    return _names(day.convention, actor) or can_handle(actor, day.sponsorship, Side.COMPANY)


def sees_name(side: str, convention: Convention) -> bool:
    """The association learns who comes once both signed; an amendment with the same person tells it nothing new."""
    signed = (ConventionState.IN_FORCE, ConventionState.SUPERSEDED)
    if side == Side.COMPANY or convention.state in signed:
        return True
    if not convention.is_amendment:
        return False
    known = convention.sponsorship.conventions.filter(state__in=signed)
    return known.filter(employee_name=convention.employee_name).exists()


def handled_by(person: Person) -> set[int]:
    """The organisations this person handles. One query."""
    live = Membership.objects.live().filter(person=person, role__in=organisations.HANDLERS)
    return set(live.values_list("organisation", flat=True))


def signed_for_by(person: Person) -> set[int]:
    """Those of them that this person may sign for. One query."""
    live = Membership.objects.live().filter(person=person, role__in=organisations.HANDLERS, may_sign=True)
    return set(live.values_list("organisation", flat=True))
