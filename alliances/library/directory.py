"""Which sheets a visitor looks for: the same filters for the pages, the API and the feed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import SearchRank
from django.db.models import Exists, F, OuterRef

from alliances.vocabularies import CATEGORIES, FUNCTIONS, linked, terms_of
from jeveuxagir.common.text import NBSP, plural
from jeveuxagir.taxonomies.models import CatalystFunction, Domain, PartnershipCategory, Sdg
from jeveuxagir.territories.text import FrenchQuery

from .enums import Interest, Level, Moment, Need, Shelf
from .models import Method, Network, Resource

#: the shelves whose sheets are here; examples have an app of their own
SHELVES = (Shelf.METHODS, Shelf.DATA, Shelf.TOOLS, Shelf.SKILLS)
NOUNS = {Shelf.METHODS: "méthode", Shelf.DATA: "donnée", Shelf.TOOLS: "outil", Shelf.SKILLS: "formation"}
Shelved = Method | Resource
AnySheet = Method | Resource | Network


def noun_of(sheet: AnySheet) -> str:
    return sheet.NOUN if isinstance(sheet, Network) else NOUNS[Shelf(sheet.shelf)]


@dataclass(frozen=True)
class Wanted:
    """Nothing chosen: all of them. Several values of one filter: any of them."""

    text: str = ""
    needs: Sequence[str] = ()
    interests: Sequence[str] = ()
    moments: Sequence[str] = ()
    levels: Sequence[str] = ()
    categories: Sequence[PartnershipCategory] = ()
    functions: Sequence[CatalystFunction] = ()
    domains: Sequence[Domain] = ()
    sdgs: Sequence[Sdg] = ()


def found(shelf: Shelf, wanted: Wanted) -> Any:
    """The public sheets of a shelf: what the brigade has read first, then the nearest to the words, or the newest."""
    if shelf == Shelf.METHODS:
        return narrowed(Method.objects.public(), wanted)
    return narrowed(Resource.objects.public().filter(shelf=shelf), wanted)


def narrowed(rows: Any, wanted: Wanted) -> Any:
    """The same filters for any sheets that are sorted."""
    for name in ("needs", "interests", "moments", "levels"):
        asked = getattr(wanted, name)
        if asked:
            rows = rows.filter(**{f"{name}__overlap": [str(value) for value in asked]})
    for name in ("categories", "functions"):
        asked = getattr(wanted, name)
        if asked:
            rows = rows.filter(**{f"{name}__overlap": [term.pk for term in asked]})
    for name in ("domains", "sdgs"):
        asked = getattr(wanted, name)
        if asked:
            through = getattr(rows.model, name).through
            own, other = rows.model._meta.model_name, {"domains": "domain", "sdgs": "sdg"}[name]
            tagged = through.objects.filter(**{own: OuterRef("pk"), f"{other}__in": asked})
            rows = rows.filter(Exists(tagged))
    rows = rows.saying(wanted.text).trusted_first()
    if wanted.text:
        rank = SearchRank(F("search"), FrenchQuery(wanted.text))
        rows = rows.annotate(rank=rank).order_by("trust", "-rank", "-published_at", "-pk")
    return rows


def for_cards(rows: Any) -> Any:
    """With all that a card or a line of the API shows, in a number of queries that rows do not change."""
    return rows.select_related("organisation").prefetch_related("domains", "sdgs")


def everything(wanted: Wanted, most: int) -> list[Shelved]:
    """Sheets of all shelves together, a few of each: methods first."""
    kept: list[Shelved] = []
    for rows in (Method.objects.public(), Resource.objects.public()):
        kept += for_cards(narrowed(rows, wanted))[:most]
    return kept


@dataclass(frozen=True)
class Card:
    """What `library/_card.html` shows."""

    sheet: Shelved
    noun: str
    #: « 1 h 30 · de 4 à 12 personnes », « Le Compte Juste »
    line: str
    levels: str


def card(sheet: Shelved) -> Card:
    """From a row of `for_cards`."""
    noun = NOUNS[Shelf(sheet.shelf)]
    takes = [duration_of(sheet), people_of(sheet)] if isinstance(sheet, Method) else [sheet.owner]
    return Card(sheet, noun, ", ".join(filter(None, takes)), levels_of(sheet))


def duration_of(method: Method) -> str:
    """`45 minutes`, `2 heures`, `1 h 30`."""
    minutes = method.duration_minutes
    if not minutes:
        return ""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return plural(rest, "minute")
    return f"{hours}{NBSP}h{NBSP}{rest:02}" if rest else plural(hours, "heure")


def people_of(method: Method) -> str:
    low, high = method.people_min, method.people_max
    if low and high and low != high:
        return f"de {low} à {plural(high, 'personne')}"
    if low or high:
        return plural(high or low or 0, "personne")
    return ""


def levels_of(sheet: Shelved) -> str:
    return ", ".join(str(Level(level).label) for level in sheet.levels)


def facts_of(sheet: AnySheet) -> list[tuple[str, Any]]:
    """What stands beside the words of a sheet's page."""
    if isinstance(sheet, Network):
        return [("Formes de coopération", sheet.mode_names), ("Où", sheet.where)]
    facts: list[tuple[str, Any]] = []
    if isinstance(sheet, Method):
        facts += [("Durée", duration_of(sheet)), ("Combien", people_of(sheet))]
    else:
        facts += [("Proposé par", sheet.owner), ("Prix", "gratuit" if sheet.is_free else "payant")]
    facts += [
        ("Pour", ", ".join(str(Need(value).label) for value in sheet.needs)),
        ("Moment", ", ".join(str(Moment(value).label) for value in sheet.moments)),
        ("Niveau", levels_of(sheet)),
        ("Intérêts", ", ".join(str(Interest(value).label) for value in sheet.interests)),
        ("Domaines", ", ".join(map(str, sheet.domains.all()))),
        ("Catégories de partenariat", linked(terms_of(CATEGORIES, sheet.categories))),
        ("Fonctions de catalyseur", linked(terms_of(FUNCTIONS, sheet.functions))),
        ("Objectifs de développement durable", linked(sheet.sdgs.all())),
    ]
    return [(label, value) for label, value in facts if value]
