"""Which skill needs a visitor looks for: the same filters for the page, the API and the feed."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.postgres.search import SearchRank
from django.db.models import Case, CharField, Exists, F, OuterRef, Q, TextChoices, Value, When

from jeveuxagir.common.clock import today
from jeveuxagir.taxonomies.models import Domain, SkillGroup
from jeveuxagir.territories.models import Department
from jeveuxagir.territories.text import FrenchQuery

from .models import SkillNeed, SkillNeedQuerySet


class Soon(TextChoices):
    """How far the date of a need is. Each need is in one of them."""

    MONTH = "mois", "dans le mois"
    QUARTER = "trimestre", "d’un à trois mois"
    LATER = "apres", "plus tard"


@dataclass(frozen=True)
class Wanted:
    """Nothing chosen: all of them. Several values of one filter: any of them."""

    text: str = ""
    families: Sequence[SkillGroup] = ()
    formats: Sequence[str] = ()
    modes: Sequence[str] = ()
    soon: Sequence[str] = ()
    departments: Sequence[Department] = ()
    domains: Sequence[Domain] = ()


def soon() -> Case:
    """How far the date of a row is, today."""
    month, quarter = (today() + datetime.timedelta(days=days) for days in (31, 92))
    return Case(
        When(deadline__lte=month, then=Value(Soon.MONTH.value)),
        When(deadline__lte=quarter, then=Value(Soon.QUARTER.value)),
        default=Value(Soon.LATER.value),
        output_field=CharField(),
    )


def found(wanted: Wanted) -> SkillNeedQuerySet:
    """Those that may still be met: the nearest to the words, or the first date to come, first."""
    rows = SkillNeed.objects.seeking()
    if wanted.families:
        skills = SkillNeed.skills.through.objects.filter(
            skillneed=OuterRef("pk"), skill__group__in=wanted.families
        )
        rows = rows.filter(Exists(skills))
    if wanted.formats:
        rows = rows.filter(format__in=wanted.formats)
    if wanted.modes:
        rows = rows.filter(mode__in=wanted.modes)
    if wanted.soon:
        rows = rows.annotate(soon=soon()).filter(soon__in=wanted.soon)
    if wanted.departments:
        rows = rows.filter(department__in=wanted.departments)
    if wanted.domains:
        rows = rows.filter(domain__in=wanted.domains)
    if wanted.text:
        query = FrenchQuery(wanted.text)
        names = Q(organisation__name__icontains=wanted.text)
        rows = rows.filter(Q(search=query) | names).annotate(rank=SearchRank(F("search"), query))
        return rows.order_by("-rank", late(), F("deadline").asc(nulls_last=True), "pk")
    return rows.order_by(late(), F("deadline").asc(nulls_last=True), "pk")


def late() -> Case:
    """1 for those whose date has passed: they come last until their association says another."""
    return Case(When(deadline__lt=today(), then=Value(1)), default=Value(0))


def others_of(need: SkillNeed, most: int) -> list[SkillNeed]:
    """What else its association looks for, then what others need of the same trade, nearest first."""
    rows = SkillNeed.objects.seeking().exclude(pk=need.pk).for_cards()
    own = list(rows.filter(organisation=need.organisation_id).order_by(late(), "deadline", "pk")[:most])
    skills = [skill.pk for skill in need.skills.all()]
    alike = rows.filter(skills__in=skills).exclude(organisation=need.organisation_id).distinct()
    near = Case(When(department=need.department_id, then=0), default=1)
    return (own + list(alike.annotate(far=near).order_by(late(), "far", "deadline", "pk")[:most]))[:most]
