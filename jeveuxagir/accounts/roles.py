"""What somebody is, where. The only door to the three sources of roles; policies read nothing else."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from jeveuxagir.common.registries import Role, role_sources
from jeveuxagir.territories.models import Department

from .models import Person, RoleGrant

N = RoleGrant.RoleName

#: Those who moderate and accompany, in their scope.
BRIGADE_ROLES = frozenset({N.BRIGADE_MEMBER, N.BRIGADE_LEAD, N.REGIONAL, N.NATIONAL})
#: Those who may grant roles within their scope.
LEAD_ROLES = frozenset({N.BRIGADE_LEAD, N.REGIONAL, N.NATIONAL})
STAFF_ROLES = frozenset(N.values)


class _Everywhere(frozenset[str]):
    """Every department, and what has none. Empty as a list, so that a forgotten case shows nothing."""

    def __contains__(self, code: object) -> bool:
        return True

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return "EVERYWHERE"


EVERYWHERE = _Everywhere()


def granted_roles(person: Person) -> Iterable[Role]:
    """The source of this app: territorial and national grants in force today."""
    for grant in RoleGrant.objects.filter(person=person).active():
        key = grant.department_id or grant.region_id or ""
        yield Role(grant.role, grant.scope, key, grant.domain_id or "")


def people_with(*names: str) -> list[Person]:
    """Who holds one of these roles by a grant in force today."""
    granted = RoleGrant.objects.active().filter(role__in=names).values("person")
    return list(Person.objects.filter(pk__in=granted, erased_at__isnull=True).order_by("pk"))


def roles_of(person: Person | None) -> frozenset[Role]:
    """Every role of this person, from all sources, asked now."""
    if person is None or person.pk is None:
        return frozenset()
    return frozenset(role for source in role_sources for role in source(person))


def _roles_of_user(user: Any) -> frozenset[Role]:
    """Asked once per user object, that is once per request (as Django does with permissions).

    In a session that did not pass the second factor, staff roles do not count (see middleware.py).
    """
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return frozenset()
    cached: frozenset[Role] | None = getattr(user, "_roles", None)
    if cached is None:
        cached = roles_of(user.person)
        if not getattr(user, "second_factor_passed", True):
            cached = frozenset(role for role in cached if role.name not in STAFF_ROLES)
        user._roles = cached
    return cached


def has(user: Any, *names: str) -> bool:
    """Whether this account holds one of these roles, anywhere."""
    return any(role.name in names for role in _roles_of_user(user))


def is_staff(user: Any) -> bool:
    return any(role.name in STAFF_ROLES for role in _roles_of_user(user))


def is_brigade(user: Any) -> bool:
    return any(role.name in BRIGADE_ROLES for role in _roles_of_user(user))


def departments_of(user: Any, *names: str) -> frozenset[str]:
    """The departments where this account holds a brigade role (or one of `names`); EVERYWHERE for the nation."""
    wanted = frozenset(names) or BRIGADE_ROLES
    roles = [role for role in _roles_of_user(user) if role.name in wanted]
    if any(role.scope == "nation" for role in roles):
        return EVERYWHERE
    codes = {role.key for role in roles if role.scope == "department"}
    regions = {role.key for role in roles if role.scope == "region"}
    if regions:
        codes |= set(Department.objects.filter(region__in=regions).values_list("code", flat=True))
    return frozenset(codes)


def in_scope(user: Any, department: str | None, domain: str | None = None, *names: str) -> bool:
    """Whether a thing of this department and theme is in the account's brigade scope."""
    wanted = frozenset(names) or BRIGADE_ROLES
    region: str | None = None
    for role in _roles_of_user(user):
        if role.name not in wanted or (role.domain and role.domain != domain):
            continue
        if role.scope == "nation" or (role.scope == "department" and role.key == department):
            return True
        if role.scope == "region" and department:
            region = region or Department.objects.values_list("region_id", flat=True).get(pk=department)
            if role.key == region:
                return True
    return False


def scope_filter(user: Any, department: str, domain: str = "", *names: str, any_theme: str = "") -> Q:
    """The rows in the account's brigade scope: `department` and `domain` name the paths of those keys.

    `any_theme` names a boolean: such a row is of every theme.
    """
    wanted = frozenset(names) or BRIGADE_ROLES
    found = Q(pk__in=[])
    for role in _roles_of_user(user):
        if role.name not in wanted or (role.domain and not domain):
            continue
        theme = Q(**{domain: role.domain}) if role.domain else Q()
        if role.domain and any_theme:
            theme |= Q(**{any_theme: True})
        if role.scope == "nation":
            if not role.domain:
                return Q()
            found |= theme
        elif role.scope == "department":
            found |= Q(**{department: role.key}) & theme
        else:
            found |= Q(**{f"{department}__region": role.key}) & theme
    return found
