"""Which public alliances a visitor looks for: the same filters for the page and the API, and what a card shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q

from jeveuxagir.taxonomies.models import CatalystFunction, Domain, PartnershipCategory, Sdg
from jeveuxagir.territories.models import Department, Region

from .enums import College, Section
from .models import Alliance, AllianceQuerySet, Party, Place

SHOWN_PLACES = 3


@dataclass(frozen=True)
class Wanted:
    """Nothing chosen: all of them. Several values of one filter: any of them."""

    stages: Sequence[str] = ()
    sdgs: Sequence[Sdg] = ()
    categories: Sequence[PartnershipCategory] = ()
    functions: Sequence[CatalystFunction] = ()
    domains: Sequence[Domain] = ()
    departments: Sequence[Department] = ()
    regions: Sequence[Region] = ()


def found(wanted: Wanted) -> AllianceQuerySet:
    """The public alliances that match: those that go on first, the last published first."""
    rows = Alliance.objects.public()
    if wanted.stages:
        rows = rows.filter(stage__in=wanted.stages)
    if wanted.sdgs:
        tagged = Alliance.sdgs.through.objects.filter(alliance=OuterRef("pk"), sdg__in=wanted.sdgs)
        rows = rows.filter(Exists(tagged))
    if wanted.categories:
        rows = rows.filter(category__in=wanted.categories)
    if wanted.functions:
        held = Party.objects.live().filter(alliance=OuterRef("pk"), functions__in=wanted.functions)
        rows = rows.filter(Exists(held), shown__contains=[Section.PARTIES])
    if wanted.domains:
        rows = rows.filter(domain__in=wanted.domains)
    if wanted.departments:
        rows = rows.filter(_in_departments(wanted.departments))
    if wanted.regions:
        rows = rows.filter(_in_regions(wanted.regions))
    return rows.order_by("activity", "-published_at", "-pk")


def for_cards(rows: AllianceQuerySet) -> AllianceQuerySet:
    """With all that a card or a line of the API shows, in a number of queries that rows do not change."""
    return rows.select_related("department", "domain", "category").prefetch_related(
        "sdgs",
        Prefetch(
            "places", Place.objects.select_related("commune", "epci", "department", "region").order_by("pk")
        ),
        Prefetch("parties", Party.objects.live().in_order(), to_attr="live_parties"),
    )


@dataclass(frozen=True)
class Card:
    """What `alliances/_card.html` shows."""

    alliance: Alliance
    where: str
    #: the worlds around the table, if the parties chose to show themselves
    colleges: list[str]
    sdgs: list[Any]

    @property
    def url(self) -> str:
        return self.alliance.get_absolute_url()


def card(alliance: Alliance) -> Card:
    """From a row of `for_cards`."""
    there = {party.college for party in shown_parties(alliance)}
    return Card(
        alliance=alliance,
        where=where(alliance),
        colleges=[str(college.label) for college in College if college in there],
        sdgs=list(alliance.sdgs.all()),
    )


def shown_parties(alliance: Alliance) -> list[Party]:
    """The parties, unless they chose not to be shown."""
    return list(alliance.live_parties) if alliance.shows(Section.PARTIES) else []  # type: ignore[attr-defined]


def functions_of(alliance: Alliance) -> list[CatalystFunction]:
    """What its parties of today hold, unless they chose not to be shown."""
    if not alliance.shows(Section.PARTIES):
        return []
    held = Party.objects.live().filter(alliance=alliance).values("functions")
    return list(CatalystFunction.objects.filter(pk__in=held))


def where(alliance: Alliance) -> str:
    """Its first places; without any, its department."""
    labels = [place.label for place in alliance.places.all()]
    if not labels:
        return str(alliance.department.label)
    more = len(labels) - SHOWN_PLACES
    rest = f" et {more} autre{'s' if more > 1 else ''}" if more > 0 else ""
    return ", ".join(labels[:SHOWN_PLACES]) + rest


def _in_departments(departments: Sequence[Department]) -> Q:
    """One of its places lies in one of them, or holds it whole."""
    places = Place.objects.filter(
        Q(commune__department__in=departments)
        | Q(epci__communes__department__in=departments)
        | Q(department__in=departments)
        | Q(region__in=[department.region_id for department in departments]),
        alliance=OuterRef("pk"),
    )
    return Q(department__in=departments) | Q(Exists(places))


def _in_regions(regions: Sequence[Region]) -> Q:
    places = Place.objects.filter(
        Q(commune__department__region__in=regions)
        | Q(epci__communes__department__region__in=regions)
        | Q(department__region__in=regions)
        | Q(region__in=regions),
        alliance=OuterRef("pk"),
    )
    return Q(department__region__in=regions) | Q(Exists(places))
