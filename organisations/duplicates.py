"""Organisations that look like one and the same: for the brigade's eye, never merged by the machine."""

from typing import Any

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import F, Q, Value
from django.db.models.functions import Lower

from jeveuxagir.common.text import NBSP
from jeveuxagir.territories.geo import distance_km
from jeveuxagir.territories.text import Unaccent

from .enums import State
from .models import Organisation, OrganisationQuerySet

#: Trigram likeness from which two names are said to be near, and very near.
NEAR, VERY_NEAR = 0.45, 0.75
#: A near name says something only this close, in kilometres; a very near one, anywhere.
AROUND_KM = 50.0
SHOWN = 10


def named_like(rows: OrganisationQuerySet, name: str, least: float = NEAR) -> Any:
    """The rows whose name is like this one, accents and case aside, with their `likeness`; through an index."""
    folded = Lower(Unaccent(Value(name)))
    return (
        rows.alias(folded=Lower(Unaccent(F("name"))))
        .filter(folded__trigram_similar=folded)  # the index answers this one, at PostgreSQL's own 0.3
        .annotate(likeness=TrigramSimilarity("folded", folded))  # type: ignore[arg-type]
        .filter(likeness__gte=least)
    )


def close_to(organisation: Organisation) -> list[tuple[Organisation, list[str]]]:
    """Others that may be the same, the surest first, each with the reasons in words. Two statements."""
    others = (
        Organisation.objects.exclude(pk=organisation.pk)
        .exclude(state=State.DRAFT)
        .select_related("commune__department")
    )
    numbers = Q(pk__in=[])
    if organisation.rna:
        numbers |= Q(rna=organisation.rna)
    if organisation.siren:
        numbers |= Q(siren=organisation.siren)
    found: dict[int, tuple[Organisation, float]] = {
        other.pk: (other, 0.0) for other in others.filter(numbers)[:SHOWN]
    }
    for other in named_like(others, organisation.name).order_by("-likeness", "pk")[: 3 * SHOWN]:
        found[other.pk] = (other, other.likeness)
    ranked = []
    for other, likeness in found.values():
        reasons, weight = _reasons(organisation, other, likeness)
        if reasons:
            ranked.append((-weight, other.pk, other, reasons))
    return [(other, reasons) for _, _, other, reasons in sorted(ranked, key=lambda row: row[:2])[:SHOWN]]


def _reasons(organisation: Organisation, other: Organisation, likeness: float) -> tuple[list[str], float]:
    reasons, weight = [], likeness
    if organisation.siren and organisation.siren == other.siren:
        reasons.append("même SIREN")
        weight += 3
    if organisation.rna and organisation.rna == other.rna:
        reasons.append("même RNA")
        weight += 3
    km = _distance(organisation, other)
    near = km is not None and km <= AROUND_KM
    if likeness >= VERY_NEAR or (likeness >= NEAR and near):
        reasons.append(
            "même nom" if likeness == 1 else "nom très proche" if likeness >= VERY_NEAR else "nom proche"
        )
    if reasons and km is not None:
        reasons.append("même commune" if km == 0 else f"à {max(1, round(km))}{NBSP}km")
        weight += max(0.0, 1 - km / AROUND_KM)
    return reasons, weight


def _distance(one: Organisation, other: Organisation) -> float | None:
    """Kilometres between their seats; None when a point is missing."""
    if one.commune is None or other.commune is None:
        return None
    if one.commune_id == other.commune_id:
        return 0.0
    points = (one.commune.latitude, one.commune.longitude, other.commune.latitude, other.commune.longitude)
    if None in points:
        return None
    return distance_km(*points)  # type: ignore[arg-type]
