"""Which public common problems a visitor looks for: the same filters for the page and the API."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, Exists, OuterRef, Value, When

from jeveuxagir.taxonomies.models import Domain, Sdg
from jeveuxagir.territories.models import Department

from .enums import Standing, State
from .models import Challenge, ChallengeQuerySet


@dataclass(frozen=True)
class Wanted:
    """Nothing chosen: all of them. Several values of one filter: any of them."""

    departments: Sequence[Department] = ()
    domains: Sequence[Domain] = ()
    sdgs: Sequence[Sdg] = ()
    standings: Sequence[str] = ()


#: where a public problem stands, as its badge says it
STANDING = Case(
    When(state=State.IN_ALLIANCE, then=Value(Standing.IN_ALLIANCE.value)),
    When(ready_at__isnull=False, then=Value(Standing.READY.value)),
    default=Value(Standing.SEEKING.value),
)


def found(wanted: Wanted) -> ChallengeQuerySet:
    """Those that wait for support first, then those that an alliance carries; the last opened first."""
    rows = Challenge.objects.public()
    if wanted.departments:
        rows = rows.filter(department__in=wanted.departments)
    if wanted.domains:
        rows = rows.filter(domain__in=wanted.domains)
    if wanted.sdgs:
        tagged = Challenge.sdgs.through.objects.filter(challenge=OuterRef("pk"), sdg__in=wanted.sdgs)
        rows = rows.filter(Exists(tagged))
    if wanted.standings:
        rows = rows.annotate(standing=STANDING).filter(standing__in=wanted.standings)
    return rows.order_by("-state", "-opened_at", "-pk")
