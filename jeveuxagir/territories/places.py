"""From what a person types, or a feed says, to a commune."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Self

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Case, F, IntegerField, Q, Value, When

from jeveuxagir.common.text import clean
from jeveuxagir.territories.geo import (
    distance_km as distance_km,
)  # re-exported: distances are asked of places
from jeveuxagir.territories.models import Arrondissement, Commune, CommuneQuerySet, Department, OldCommune
from jeveuxagir.territories.text import normalise

MAX_TYPED = 120  # the longest name has 45 letters: longer text names no place
MAX_HOMONYMS = 30  # no name is borne by more communes
MIN_WORD = 3  # letters from which a word inside a name, or a name with a typo, is looked for
SHORT_NAME = 3  # letters up to which the exact name stands before more populated, longer ones
MAX_DISTRICT = 20  # Paris has the most: "Lyon 69" and "Marseille (13)" name a department
LIKENESS = 0.4  # trigram similarity under which a name is another name
NEAR_KM = 50.0

_POPULATED = (F("population").desc(nulls_last=True), "code")

# Two digits that begin the postal codes of several departments.
_SHARED_PREFIXES = {
    "20": ["2A", "2B"],
    "97": ["971", "972", "973", "974", "975", "976", "977", "978"],
    "98": ["984", "986", "987", "988", "989"],
}
# How the postal codes of arrondissements begin.
_DISTRICTS = {"paris": "750", "lyon": "690", "marseille": "130"}
_ARTICLES = ("le", "la", "les", "l")
_POSTAL_CODE = re.compile(r"(?<!\d)\d{5}(?!\d)")
_INSEE_CODE = re.compile(r"(?:\d{2}|2[AB])\d{3}", re.IGNORECASE)
_DEPARTMENT = re.compile(r"(?:\(\s*(2[AB]|\d{2,3})\s*\)|(?<=\s)(2[AB]|\d{2,3}))\s*$", re.IGNORECASE)
_DISTRICT = re.compile(r"(paris|lyon|marseille) 0?(\d{1,2}) ?(?:er|ere|eme|e)?(?: arr[a-z]*)?")
_CEDEX = re.compile(r"\bcedex\b(?:\s+\d{1,2}\b)?", re.IGNORECASE)


@dataclass(frozen=True)
class Typed:
    """What was typed, taken apart: "Saint-Denis (93)", "26100 Romans", "974", "paris 11e"."""

    name: str = ""
    postal_code: str = ""  # 3 to 5 digits
    department: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        text = clean(text)
        if not text or len(text) > MAX_TYPED:
            return cls()
        digits = re.sub(r"\s", "", text)
        if digits.isascii() and digits.isdigit():
            return cls(department=digits) if len(digits) == 2 else cls(postal_code=digits[:6])
        if digits.upper() in {"2A", "2B"}:
            return cls(department=digits.upper())
        postal_code = department = ""
        if found := _POSTAL_CODE.search(text):
            postal_code = found[0]
            text = text[: found.start()] + " " + text[found.end() :]
        text = _CEDEX.sub("", text)
        name = normalise(text)
        district = _DISTRICT.fullmatch(name)
        if district and int(district[2]) <= MAX_DISTRICT and not text.rstrip().endswith(")"):
            city = district[1]
            return cls(city, postal_code or f"{_DISTRICTS[city]}{int(district[2]):02d}")
        if found := _DEPARTMENT.search(text):
            department = (found[1] or found[2]).upper()
            name = normalise(text[: found.start()])
        return cls(name, postal_code, department)


def lookup(text: str, limit: int = 8) -> list[Commune]:
    """Communes for what is being typed, the most populated first; those of exactly this name are always there.

    Each has `matched_postal_code`, the postal code that was typed in full, or "".
    """
    typed = Typed.parse(text)
    found = _by_code(typed, limit) if typed.postal_code else _by_name(typed, _of_department(typed), limit)
    if not found and typed.name and typed.department:
        found = _by_name(typed, Commune.objects.all(), limit)
    for commune in found:
        known = typed.postal_code in commune.postal_codes
        commune.matched_postal_code = typed.postal_code if known else ""
    return found


def department_named(text: str) -> Department | None:
    """« Creuse », « la Creuse », « 23 », « Creuse (23) ». One query; none for what cannot name one."""
    asked = normalise(clean(text)[:MAX_TYPED])
    if not asked or re.search(r"\d{4}", asked):
        return None
    for department in Department.objects.all():
        name, code = normalise(department.name), department.code.lower()
        known = {name, code, f"{name} {code}"}
        if known & {asked, *(asked.removeprefix(f"{one} ") for one in _ARTICLES)}:
            return department
        if known & {f"{one} {asked}" for one in _ARTICLES}:
            return department
    return None


@dataclass(frozen=True)
class Resolution:
    """One commune, or several to choose from, or nothing."""

    commune: Commune | None = None
    candidates: tuple[Commune, ...] = ()


def resolve(text: str, limit: int = 8) -> Resolution:
    """The commune that the text names for certain; else those it may mean, most likely first."""
    if whole := of_labels([text]):
        return Resolution(whole[text])
    typed = Typed.parse(text)
    found = lookup(text, MAX_HOMONYMS)
    if typed.department:
        found = [commune for commune in found if commune.department_id == typed.department] or found
    exact = [commune for commune in found if _is_named(commune, typed)]
    right = {"", found[0].department_id} if found else set()
    if len(exact) == 1 and typed.department in right:
        return Resolution(exact[0])
    if len(found) == 1 and typed.department in right and _is_sure(found[0], typed):
        return Resolution(found[0])
    return Resolution(candidates=tuple(found[: max(limit, len(exact))]))


def of_labels(labels: Iterable[str]) -> dict[str, Commune]:
    """The communes of many labels ("Guéret (23)"), in one question: as `resolve` finds them. Others are left out."""
    typed = {label: Typed.parse(label) for label in labels}
    names = {name for one in typed.values() if one.department for name in _with_articles(one.name)}
    there: dict[tuple[str, str], list[Commune]] = {}
    for commune in Commune.objects.filter(search_name__in=names) if names else ():
        there.setdefault((commune.search_name, commune.department_id), []).append(commune)
    found = {}
    for label, one in typed.items():
        if one.name and one.department and not one.postal_code:
            same = [
                commune
                for name in _with_articles(one.name)
                for commune in there.get((name, one.department), ())
            ]
            if len(same) == 1:
                found[label] = same[0]
    return found


def find(*, name: str = "", postal_code: str = "", code: str = "", department: str = "") -> Commune | None:
    """The one commune of an address given by a machine, or None. `code` is an INSEE code, even an old one."""
    if code and (commune := by_code(code)):
        return commune
    name = normalise(_CEDEX.sub("", clean(name)[:MAX_TYPED]))
    if district := _DISTRICT.fullmatch(name):
        name = district[1]
    postal_code, department = clean(postal_code)[:5], clean(department)[:3].upper()
    if postal_code:
        there = list(Commune.objects.filter(postal_codes__contains=[postal_code]).most_populated())
        same = [commune for commune in there if commune.search_name == name]
        if same or len(there) == 1:
            return (same or there)[0]
        if there and name:
            close = _most_alike(Commune.objects.filter(postal_codes__contains=[postal_code]), name)
            return close[0] if close else None
        if there:
            return None
        department = department or _department_of(postal_code)
    if not name:
        return None
    same_name = Commune.objects.filter(search_name=name)
    if department:
        same_name = same_name.filter(department=department)
    communes = list(same_name[:2])
    if len(communes) == 1:
        return communes[0]
    if not communes and department:
        old = OldCommune.objects.filter(search_name=name, commune__department=department)
        former = {row.commune for row in old.select_related("commune")}
        return former.pop() if len(former) == 1 else None
    return None


def by_code(code: str) -> Commune | None:
    """The commune of an INSEE code, in force or not: a merged commune, a part of one, an arrondissement."""
    code = clean(code)[:5].upper()
    if not _INSEE_CODE.fullmatch(code):
        return None
    current = Commune.objects.filter(pk=code).first()
    if current:
        return current
    old = OldCommune.objects.select_related("commune").filter(pk=code).first()
    return old.commune if old else None


def nearest(latitude: float, longitude: float) -> Commune | None:
    """The commune whose point is nearest, if any lies within 50 km."""
    return Commune.objects.within(latitude, longitude, NEAR_KM).first()


def point_of(commune: Commune, postal_code: str = "") -> tuple[float, float] | None:
    """Latitude and longitude; in Paris, Lyon and Marseille, of the postal code’s arrondissement if known."""
    postal_code = postal_code or getattr(commune, "matched_postal_code", "")
    if postal_code and len(commune.postal_codes) > 1:
        rows = Arrondissement.objects.filter(commune=commune, postal_codes__contains=[postal_code])
        point = rows.values_list("latitude", "longitude").first()
        if point:
            return point
    if commune.latitude is None or commune.longitude is None:
        return None
    return commune.latitude, commune.longitude


# --- how lookup searches ---


def _of_department(typed: Typed) -> CommuneQuerySet:
    code = typed.department
    if not code:
        return Commune.objects.all()
    return Commune.objects.filter(department__in=_SHARED_PREFIXES.get(code, [code]))


def _department_of(postal_code: str) -> str:
    return postal_code[:3] if postal_code[:2] in {"97", "98"} else postal_code[:2]


def _by_code(typed: Typed, limit: int) -> list[Commune]:
    """By postal code, whole or its first digits; a name beside it sorts, and misleads nobody."""
    code = typed.postal_code
    if not 3 <= len(code) <= 5:
        return []
    missing = 5 - len(code)
    codes = [f"{code}{end:0{missing}d}" for end in range(10**missing)] if missing else [code]
    rows = Commune.objects.filter(postal_codes__overlap=codes)
    if (
        len(code) == 3
    ):  # a hundred codes: the department first, its few neighbours' codes come with more digits
        begin = code if code[:2] in {"97", "98"} else code[:2]
        rows = rows.filter(department__in=_SHARED_PREFIXES.get(begin, [begin]))
    if typed.name:
        named = _by_name(typed, rows, limit)
        if named:
            return named
    found = list(rows.most_populated()[:limit])
    if found or missing:
        return found
    commune = by_code(code)
    if commune:
        return [commune]
    return _by_name(typed, Commune.objects.all(), limit) if typed.name else []


def _by_name(typed: Typed, rows: CommuneQuerySet, limit: int) -> list[Commune]:
    name = typed.name
    if not name:
        return list(rows.most_populated()[:limit]) if typed.department else []
    names = _with_articles(name)
    begins = reduce(or_, (Q(search_name__startswith=begun) for begun in names))
    rank = Case(When(search_name__in=names, then=Value(0)), default=Value(1), output_field=IntegerField())
    found = list(rows.filter(begins).order_by(rank, *_POPULATED)[:limit])
    if len(name) > SHORT_NAME:  # "Romans" mostly means Romans-sur-Isère, "Eu" means Eu
        found.sort(key=lambda commune: -(commune.population or 0))

    def others() -> CommuneQuerySet:
        return rows.exclude(pk__in=[commune.pk for commune in found]).order_by(*_POPULATED)

    if len(found) < limit and len(name) >= MIN_WORD:
        found += others().filter(search_name__contains=f" {name}")[: limit - len(found)]
    if len(found) < limit and len(name) >= MIN_WORD:
        former = OldCommune.objects.filter(search_name__startswith=name).values("commune")
        found += others().filter(pk__in=former)[: limit - len(found)]
    return found or _most_alike(rows, name)[:limit]


def _most_alike(rows: CommuneQuerySet, name: str) -> list[Commune]:
    """Names that look like a name with a typo, by trigrams."""
    if len(name) < MIN_WORD:
        return []
    alike = rows.filter(search_name__trigram_similar=name).annotate(
        likeness=TrigramSimilarity("search_name", name)
    )
    return list(alike.filter(likeness__gte=LIKENESS).order_by("-likeness", *_POPULATED)[:8])


def _with_articles(name: str) -> tuple[str, ...]:
    """One says "Le Havre" or "Havre"."""
    return (name, *(f"{article} {name}" for article in _ARTICLES))


def _is_named(commune: Commune, typed: Typed) -> bool:
    return bool(typed.name) and commune.search_name in _with_articles(typed.name)


def _is_sure(commune: Commune, typed: Typed) -> bool:
    """Whether what was typed begins the only commune's name, or is its whole postal code or former name."""
    if not typed.name:
        return typed.postal_code in commune.postal_codes
    return (
        commune.search_name.startswith(_with_articles(typed.name))
        or OldCommune.objects.filter(search_name=typed.name, commune=commune).exists()
    )
