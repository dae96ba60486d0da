"""Whom each side writes to once both said yes: somebody who handles it today, never who left."""

from collections.abc import Iterable

from jeveuxagir.accounts.models import Person, User
from missions.notifications import handlers_of
from missions.skill_needs.models import SkillNeed
from missions.skill_needs.services import contact_of
from organisations.models import Organisation
from organisations.policies import can_handle_missions

from .enums import Side, State
from .models import Sponsorship

#: both said yes, whatever came after
AGREED = (State.ASSOCIATION_AGREED, State.SIGNED, State.RUNNING, State.CLOSED, State.BROKEN)


def of_employer(organisation: Organisation, known: Iterable[User | None] = ()) -> Person | None:
    """Who said yes or prepared it (`known`, the first who is still there), else the first of its coordinators."""
    return _first(organisation, known) or next(iter(handlers_of(organisation.pk)), None)


def of_association(need: SkillNeed, known: Iterable[User | None] = ()) -> Person | None:
    """Whom the association named in its need, else who said yes."""
    return contact_of(need) or _first(need.organisation, known)


def of_sponsorship(row: Sponsorship, side: Side) -> Person | None:
    """The other side's, for `side`; nothing before both agreed, nor for an organisation that is suspended or closed."""
    if row.state not in AGREED or not row.organisation_of(side).is_verified:
        return None
    if side == Side.COMPANY:
        return of_association(row.need)
    return of_employer(row.employer, [row.created_by])


def _first(organisation: Organisation, known: Iterable[User | None]) -> Person | None:
    for user in known:
        if user is not None and can_handle_missions(user, organisation):
            return user.person
    return None
