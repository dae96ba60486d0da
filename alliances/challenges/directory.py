"""Which public common problems a visitor looks for: the same filters for the page and the API."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from jeveuxagir.taxonomies.models import Domain, Sdg
from jeveuxagir.territories.models import Department

from .models import Challenge, ChallengeQuerySet


@dataclass(frozen=True)
class Wanted:
    """Nothing chosen: all of them. Several values of one filter: any of them."""

    departments: Sequence[Department] = ()
    domains: Sequence[Domain] = ()
    sdgs: Sequence[Sdg] = ()


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
    return rows.order_by("-state", "-opened_at", "-pk")
