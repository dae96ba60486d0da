"""Who may do what in an organisation. An actor is a User, a Person or nobody."""

from typing import Any

from jeveuxagir.accounts import roles
from jeveuxagir.accounts.models import User, actor_person_id
from jeveuxagir.common.text import of

from .enums import MemberRole
from .models import Membership, Organisation

HANDLERS = (MemberRole.OWNER, MemberRole.MANAGER)


def role_in(actor: Any, organisation: Organisation) -> str | None:
    """The actor's live role there, asked now."""
    person_id = actor_person_id(actor)
    if person_id is None:
        return None
    live = Membership.objects.live().filter(organisation=organisation, person_id=person_id)
    return live.values_list("role", flat=True).first()


def is_member(actor: Any, organisation: Organisation) -> bool:
    return role_in(actor, organisation) is not None


def conflict(actor: Any, organisation: Organisation) -> str:
    """Staff do not decide on an organisation they belong to: the sentence that refuses it, or nothing."""
    if not is_member(actor, organisation):
        return ""
    return f"Vous êtes membre {of(organisation.name)} : une autre personne de la brigade doit décider."


def can_manage(actor: Any, organisation: Organisation) -> bool:
    """Its identity, its team, its settings: owners."""
    return role_in(actor, organisation) == MemberRole.OWNER


def can_handle_missions(actor: Any, organisation: Organisation) -> bool:
    """Write its missions and answer its applicants: owners and managers."""
    return role_in(actor, organisation) in HANDLERS


def can_see_applicants(actor: Any, organisation: Organisation) -> bool:
    """A reader sees missions and counts, no applicant."""
    return role_in(actor, organisation) in HANDLERS


def may_sign(actor: Any, organisation: Organisation) -> bool:
    person_id = actor_person_id(actor)
    if person_id is None:
        return False
    return (
        Membership.objects.live()
        .filter(organisation=organisation, person_id=person_id, may_sign=True)
        .exists()
    )


def is_staff_for(actor: Any, organisation: Organisation) -> bool:
    """Brigade, regional or national staff of its seat's territory."""
    if not isinstance(actor, User):
        return False
    return roles.in_scope(actor, organisation.department_id)


def can_invite(actor: Any, organisation: Organisation) -> bool:
    """Owners; staff too, so that an organisation without anybody gets its first owner."""
    return can_manage(actor, organisation) or is_staff_for(actor, organisation)
