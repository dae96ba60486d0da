"""Who may write an offer, and who reads the name of every employer. Past its first 72 hours, anybody reads an offer."""

from typing import Any

from django.db.models import Q, QuerySet

from jeveuxagir.accounts import roles
from jeveuxagir.accounts.models import Person, User
from jeveuxagir.common.registries import Registry
from organisations.companies.policies import can_coordinate
from organisations.enums import EMPLOYERS, Kind
from organisations.models import Organisation
from organisations.policies import HANDLERS

#: who receives people's time: those who serve the general interest and do not lend their own
RECEIVING = Q(kind__in=[Kind.ASSOCIATION, Kind.FOUNDATION]) | Q(kind=Kind.OTHER, may_host=True)

#: name → function() → the ids of the organisations that a sponsorship served: signed once, whatever came after.
#: Filled by what stands above offers (sponsorships); until then nobody was served.
served: "Registry[Any]" = Registry("organisations already served")


def can_write(actor: User | None, organisation: Organisation) -> bool:
    """Its coordinators, and the platform."""
    return actor is None or can_coordinate(actor, organisation)


def can_suspend(actor: User | None, organisation: Organisation) -> bool:
    """Staff of the employer's territory, and the platform."""
    return actor is None or roles.in_scope(actor, organisation.department_id)


def receiving_of(person: Person) -> "QuerySet[Organisation]":
    """The verified associations for which this person answers."""
    mine = Organisation.objects.validated().filter(RECEIVING)
    return mine.filter(
        memberships__person=person, memberships__ended_at__isnull=True, memberships__role__in=HANDLERS
    )


def coordinated_by(person: Person) -> "QuerySet[Organisation]":
    """The verified employers whose offers this person writes."""
    mine = Organisation.objects.validated().filter(kind__in=EMPLOYERS)
    return mine.filter(
        memberships__person=person, memberships__ended_at__isnull=True, memberships__role__in=HANDLERS
    ).distinct()


def never_served(organisations: "QuerySet[Organisation]") -> "QuerySet[Organisation]":
    """Those that no sponsorship served yet."""
    for ids in served:
        organisations = organisations.exclude(pk__in=ids())
    return organisations


def reads_names(user: Any) -> bool:
    """Who reads the name of every employer: who answers for a verified association, and the brigade."""
    return user.is_authenticated and (roles.is_brigade(user) or receiving_of(user.person).exists())
