"""The sheet of a place: what is known of it, each figure with its source and its date (K46, K93).

What nobody told us is « non renseigné ». A figure about people whom we know is told by fives, « moins de 5 » first:
the figure of a wide place, less those of the smaller ones in it, tells nobody's. What is counted over
a wide territory is kept five minutes, under one key for each place: there are 36,500 of them, and no other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.db.models import Count, Q, Sum
from django.urls import reverse

from jeveuxagir.common.clock import today
from jeveuxagir.common.text import NARROW_NBSP, NBSP
from jeveuxagir.findable import search as index_search
from jeveuxagir.findable.models import AnyPlace, area
from jeveuxagir.territories.models import Commune, Department, Epci, Region, Source
from jeveuxagir.ui.dates import day_of
from volunteers.requests.models import EngagementRequest

SECONDS = 300
OURS = "Jeveuxagir"
UNKNOWN = "non renseigné"
#: below it, a figure about people is not told
FEW = 5
PER = 10_000
#: a rate of fewer inhabitants than this says little
SMALL = 1_000
#: kinds of the index that have a line, whether there are any or none
KINDS = ("mission", "skill_need", "offer", "organisation", "alliance", "challenge")
WHAT = {
    "mission": "Missions ouvertes",
    "skill_need": "Besoins de compétences ouverts",
    "offer": "Offres de mécénat de compétences",
    "organisation": "Organisations vérifiées",
    "alliance": "Alliances",
    "challenge": "Problèmes communs",
}


@dataclass(frozen=True)
class Figure:
    """One line of the sheet; `value` is words, `url` where to see what it counts."""

    label: str
    value: str
    source: str
    day: str
    note: str = ""
    url: str = ""

    @property
    def is_ours(self) -> bool:
        return self.source == OURS

    @property
    def is_known(self) -> bool:
        return self.value != UNKNOWN


def people(count: int | None) -> str:
    """How many people, unless they are so few that one might be recognised."""
    if count is None:
        return UNKNOWN
    return f"moins de {FEW}" if 0 < count < FEW else _number(count)


def by_fives(count: int) -> str:
    """« 0 », « moins de 5 », « entre 5 et 9 »: no subtraction between places gives a figure below five."""
    if count < FEW:
        return people(count)
    low = count - count % FEW
    return f"entre {_number(low)} et {_number(low + FEW - 1)}"


def sheet(place: AnyPlace, found: dict[str, int]) -> dict[str, Any]:
    """`found` is how many of each kind the index has there: {"figures": […], "rates": […], "small": bool}."""
    own = counted(place)
    sources = Source.objects.in_bulk(["populations", "superficies"])
    known = sources.get("populations")
    day = f"aujourd’hui, {day_of(today())}"
    population = own["population"]
    missing = own["unknown"]
    figures = [
        Figure(
            "Population",
            people(population),
            known.producer if known and population is not None else "",
            known.vintage if known and population is not None else "",
            note=f"{missing} communes sans chiffre" if population is not None and missing > 1 else "",
            url=reverse("territories:sources") if known and population is not None else "",
        ),
        _density(own, sources.get("superficies")),
    ]
    for kind in KINDS:
        count = found.get(kind, 0)
        query = urlencode({"territoire": area(place), "sorte": kind})
        url = f"{reverse('web:find')}?{query}" if count else ""
        figures.append(Figure(WHAT[kind], _number(count), OURS, day, url=url))
    figures.append(
        Figure(
            "Demandes sans proposition",
            by_fives(own["unserved"]),
            OURS,
            day,
            note="Des personnes d’ici veulent agir, et rien ne leur est proposé depuis une semaine. Le nombre exact "
            "n’est pas donné, pour que personne ne soit reconnu.",
        )
    )
    rates = list(_rates(place))
    return {
        "figures": figures,
        "rates": rates if len(rates) > 1 else [],
        "small": population is not None and population < SMALL,
    }


def counted(place: AnyPlace) -> dict[str, Any]:
    """{"population": 13000 or None, "unknown": communes without one, "things": 12, "unserved": 3, "square_km": 26.2 or
    None, "settled": the people who live on these}."""
    key = f"web:sheet:2:{area(place)}"
    kept: dict[str, Any] | None = cache.get(key)
    if kept is None:
        kept = _count(place)
        cache.set(key, kept, SECONDS)
    return kept


# --- inside ---------------------------------------------------------------------------------------------------


def _density(own: dict[str, Any], known: Source | None) -> Figure:
    """People by square kilometre, of the communes whose contour is known."""
    settled, square_km = own["settled"], own["square_km"]
    if known is None or settled is None or not square_km:
        return Figure("Densité", UNKNOWN, "", "", note="Nous n’avons pas de superficie ici.")
    if 0 < settled < FEW:
        return Figure("Densité", UNKNOWN, "", "", note="Trop peu d’habitants pour le dire.")
    value = settled / square_km
    said = _number(round(value)) if value >= 1 or not settled else "moins de 1"
    return Figure(
        "Densité",
        f"{said}{NBSP}habitant{'s' if said != 'moins de 1' and said != '1' else ''} au{NBSP}km²",
        known.producer,
        known.vintage,
        note="À quelques pour cent près.",
        url=reverse("territories:sources"),
    )


def _count(place: AnyPlace) -> dict[str, Any]:
    if isinstance(place, Commune):
        population, unknown = place.population, int(place.population is None)
        square_km, settled = place.area_km2, population
    else:
        row = Commune.objects.filter(_inside(place)).aggregate(
            people=Sum("population"),
            every=Count("pk"),
            known=Count("population"),
            square_km=Sum("area_km2", filter=Q(population__isnull=False)),
            settled=Sum("population", filter=Q(area_km2__isnull=False)),
        )
        population, unknown = row["people"], row["every"] - row["known"]
        square_km, settled = row["square_km"], row["settled"]
    here = Q(commune=place) if isinstance(place, Commune) else _inside(place, "commune__")
    return {
        "population": population,
        "unknown": unknown,
        "square_km": square_km,
        "settled": settled,
        "things": sum(index_search.lying_in(place).values()),
        "unserved": EngagementRequest.objects.unserved().filter(here).count(),
    }


def _inside(place: AnyPlace, prefix: str = "") -> Q:
    names = {Epci: "epci", Department: "department", Region: "department__region"}
    return Q(**{f"{prefix}{names[type(place)]}": place})


def _rates(place: AnyPlace) -> Iterator[tuple[str, float]]:
    """What there is for 10,000 inhabitants, here and in what is wider; the same people are not said twice."""
    before = None
    for one in _up(place):
        known = counted(one)
        population = known["population"]
        if not population or population == before:
            continue
        before = population
        rate = known["things"] * PER / population
        yield _label(one), round(rate, 2 if rate < 10 else 0)


def _up(place: AnyPlace) -> list[AnyPlace]:
    if isinstance(place, Commune):
        return [place, place.department, place.department.region]
    if isinstance(place, Epci):
        town = place.communes.select_related("department__region").order_by("code").first()
        return [place, town.department, town.department.region] if town else [place]
    return [place, place.region] if isinstance(place, Department) else [place]


def _label(place: AnyPlace) -> str:
    return str(getattr(place, "label", place))


def _number(count: int) -> str:
    return f"{count:,}".replace(",", NARROW_NBSP)
