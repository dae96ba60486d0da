"""Which skill needs a visitor looks for: the same filters for the page, the API and the feed."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.postgres.search import SearchRank
from django.db.models import Case, CharField, Exists, F, OuterRef, Q, TextChoices, Value, When

from jeveuxagir.common.clock import today
from jeveuxagir.taxonomies.models import Domain, Skill, SkillGroup
from jeveuxagir.territories.models import Commune, Department
from jeveuxagir.territories.text import FrenchQuery
from missions.enums import REMOTE_MODES

from .models import SkillNeed, SkillNeedQuerySet

#: around the commune that is looked for
RADIUS_KM = 30


class Soon(TextChoices):
    """How far the date of a need is. Each need is in one of them."""

    MONTH = "mois", "dans le mois"
    QUARTER = "trimestre", "d’un à trois mois"
    LATER = "apres", "plus tard"


@dataclass(frozen=True)
class Wanted:
    """Nothing chosen: all of them. Several values of one filter: any of them."""

    text: str = ""
    #: those around it, and those done from anywhere
    commune: Commune | None = None
    skills: Sequence[Skill] = ()
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
    if wanted.skills:
        named = SkillNeed.skills.through.objects.filter(skillneed=OuterRef("pk"), skill__in=wanted.skills)
        rows = rows.filter(Exists(named))
    if wanted.commune is not None:
        rows = rows.filter(Q(mode__in=REMOTE_MODES) | _around(wanted.commune))
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


def _around(commune: Commune) -> Q:
    """Those of a commune near it; without one, those of its department."""
    home = Q(commune=None, department=commune.department_id)
    if commune.latitude is None or commune.longitude is None:
        return home | Q(commune__department=commune.department_id)
    near = Commune.objects.within(commune.latitude, commune.longitude, RADIUS_KM)
    return home | Q(commune__in=near.order_by().values("pk"))


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
