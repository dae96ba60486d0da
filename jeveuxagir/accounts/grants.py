"""Staff roles: given by somebody else, within their own scope, dated; both are told."""

import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from jeveuxagir.audit import services as audit
from jeveuxagir.common.clock import today
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.common.locks import lock
from jeveuxagir.notifications.services import send
from jeveuxagir.taxonomies.models import Domain
from jeveuxagir.territories.models import Department, Region
from jeveuxagir.ui.spaces import forget_spaces

from . import roles
from .models import Person, RoleGrant, User

Name, Scope = RoleGrant.RoleName, RoleGrant.Scope

#: Who may give what: a role gives those below it.
MAY_GIVE: dict[str, frozenset[str]] = {
    Name.BRIGADE_LEAD: frozenset({Name.BRIGADE_MEMBER}),
    Name.REGIONAL: frozenset({Name.BRIGADE_MEMBER, Name.BRIGADE_LEAD, Name.OPERATOR}),
    Name.NATIONAL: frozenset(Name.values),
}


def may_give(
    actor: User, role: str, *, department: str | None, region: str | None, domain: str | None
) -> bool:
    """Whether the actor holds a role above this one, in a scope that covers it."""
    for held in roles.roles_of(actor.person):
        if role not in MAY_GIVE.get(held.name, ()):
            continue
        if held.domain and held.domain != domain:
            continue
        if held.scope == Scope.NATION:
            return True
        if held.scope == Scope.REGION and held.key == (region or _region_of(department)):
            return True
        if held.scope == Scope.DEPARTMENT and department and held.key == department:
            return True
    return False


def may_give_any(actor: User) -> bool:
    """Whether the actor holds a role that gives others."""
    return any(held.name in MAY_GIVE for held in roles.roles_of(actor.person))


def below(actor: User) -> Q:
    """What this actor could give, as a filter on rows with a role, a department, a region and a theme."""
    found = Q(pk__in=[])
    for held in roles.roles_of(actor.person):
        if held.name not in MAY_GIVE:
            continue
        covered = Q(role__in=MAY_GIVE[held.name])
        if held.domain:
            covered &= Q(domain=held.domain)
        if held.scope == Scope.REGION:
            covered &= Q(region=held.key) | Q(department__region=held.key)
        elif held.scope == Scope.DEPARTMENT:
            covered &= Q(department=held.key)
        found |= covered
    return found


def given_below(actor: User) -> "QuerySet[RoleGrant]":
    """The roles in force, or to come, that this actor could give and may take back."""
    live = RoleGrant.objects.filter(below(actor)).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today()))
    return live.select_related("person", "department", "region", "domain", "granted_by__person")


def givable_roles(actor: User) -> list[tuple[str, str]]:
    """(code, words) of the roles this actor may give somewhere."""
    names = set().union(*(MAY_GIVE.get(held.name, frozenset()) for held in roles.roles_of(actor.person)))
    return [(code, label) for code, label in Name.choices if code in names]


def territories(actor: User) -> list[tuple[str, str]]:
    """("department:23", "Creuse (23)"): where this actor may give roles, the widest first."""
    held = [role for role in roles.roles_of(actor.person) if role.name in MAY_GIVE]
    nation = any(role.scope == Scope.NATION for role in held)
    regions = Region.objects.order_by("name")
    departments = Department.objects.order_by("code")
    if not nation:
        mine = {role.key for role in held if role.scope == Scope.REGION}
        regions = regions.filter(pk__in=mine)
        own = {role.key for role in held if role.scope == Scope.DEPARTMENT}
        departments = departments.filter(Q(pk__in=own) | Q(region__in=mine))
    return [
        *([("nation", "France entière")] if nation else []),
        *((f"region:{region.pk}", f"Région {region.name}") for region in regions),
        *((f"department:{department.pk}", department.label) for department in departments),
    ]


def person_of_address(email: str) -> Person:
    """Who has an account at this address; refused with a sentence when nobody has."""
    user = (
        User.objects.select_related("person").filter(email__iexact=email, emailaddress__verified=True).first()
    )
    if user is None:
        raise RuleBroken(
            "Personne n’a encore de compte à cette adresse. Vérifiez-la : si elle est bonne, invitez la personne.",
            code="no_account",
        )
    return user.person


def _region_of(department: str | None) -> str | None:
    if department is None:
        return None
    return Department.objects.values_list("region_id", flat=True).get(pk=department)


@transaction.atomic
def grant(
    person: Person,
    role: str,
    *,
    actor: User,
    department: Department | None = None,
    region: Region | None = None,
    domain: Domain | None = None,
    starts_on: datetime.date | None = None,
    ends_on: datetime.date | None = None,
) -> RoleGrant:
    """Give a staff role. The scope is the department, else the region, else the nation."""
    if actor.person_id == person.pk:
        raise NotAllowed("On ne se donne pas de droits à soi-même.", code="own_grant")
    allowed = may_give(
        actor,
        role,
        department=department.pk if department else None,
        region=region.pk if region else None,
        domain=domain.pk if domain else None,
    )
    if not allowed:
        raise NotAllowed("Ces droits dépassent les vôtres.", code="beyond_scope")
    if not person.email:
        raise RuleBroken("Cette personne n’a pas d’adresse électronique.", code="no_address")
    starts_on = starts_on or today()
    if ends_on is not None and ends_on < starts_on:
        raise RuleBroken("La fin est avant le début.", code="dates")
    given = RoleGrant.objects.create(
        person=person,
        role=role,
        scope=Scope.DEPARTMENT if department else Scope.REGION if region else Scope.NATION,
        department=department,
        region=None if department else region,
        domain=domain,
        starts_on=starts_on,
        ends_on=ends_on,
        granted_by=actor,
    )
    event = audit.record("grant.given", given, actor=actor, person=person.pk, role=role)
    _tell("accounts.grant_given", event.pk, given, actor)
    return given


@transaction.atomic
def revoke(given: RoleGrant, *, actor: User) -> None:
    """End a role today; yesterday if it may not last the day. Done twice, nothing more happens."""
    given = lock(RoleGrant.objects.all(), pk=given.pk)
    if not may_give(
        actor, given.role, department=given.department_id, region=given.region_id, domain=given.domain_id
    ):
        raise NotAllowed("Ces droits dépassent les vôtres.", code="beyond_scope")
    yesterday = today() - datetime.timedelta(days=1)
    if given.ends_on is not None and given.ends_on <= yesterday:
        return
    if given.starts_on > yesterday:
        given.starts_on = yesterday
    given.ends_on = yesterday
    given.save(update_fields=["starts_on", "ends_on"])
    event = audit.record("grant.revoked", given, actor=actor, person=given.person_id, role=given.role)
    _tell("accounts.grant_revoked", event.pk, given, actor)


def _tell(kind: str, event_id: int, given: RoleGrant, actor: User) -> None:
    """Both the one who receives and the one who gives are told, so that neither can do it unseen."""
    place = given.department or given.region or "France entière"
    for person in {given.person, actor.person}:
        context: dict[str, Any] = {
            "role": given.get_role_display(),
            "place": str(place),
            "ends_on": given.ends_on,
            "mine": person.pk == given.person_id,
        }
        send(kind, to=person, dedupe_key=f"{kind}:{event_id}:{person.pk}", context=context)
    user = User.objects.filter(person_id=given.person_id).first()
    if user is not None:
        transaction.on_commit(lambda: forget_spaces(user.pk))


@transaction.atomic
def create_first_administrator(*, email: str, first_name: str = "") -> User:
    """The account that gives all other rights: national and technical. Refused once somebody holds both."""
    from .services import create_user

    if RoleGrant.objects.filter(role=Name.NATIONAL).active().exists():
        raise RuleBroken(
            "Une personne de l’équipe nationale existe déjà : elle donne les droits.", code="exists"
        )
    user = User.objects.select_related("person").filter(email__iexact=email).first()
    if user is None:
        known = Person.objects.filter(email__iexact=email, merged_into__isnull=True).first()
        person = known or Person.objects.create(
            first_name=first_name or "Administration", email=email.lower()
        )
        user = create_user(person, email)
    for role in (Name.NATIONAL, Name.TECHNICAL):
        given = RoleGrant.objects.create(person=user.person, role=role, scope=Scope.NATION)
        audit.record("grant.given", given, person=user.person_id, role=role)
    return user
