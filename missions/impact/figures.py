"""What an employer gave, in figures: days that both sides validated, teams that came. Nobody is named."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, Sum
from django.db.models.functions import ExtractYear

from jeveuxagir.common.text import NBSP
from missions.participations.enums import State as ParticipationState
from missions.participations.models import Participation
from missions.skill_needs.durations import in_words
from missions.skill_needs.models import SkillNeed
from missions.sponsorships.models import DayEntry
from organisations.companies.enums import Shown
from organisations.companies.models import Employee
from organisations.models import Organisation
from volunteers.requests.enums import GroupKind

#: lines of a chart, the others together
MOST = 8


@dataclass(frozen=True)
class Impact:
    """`minutes` whole; pairs are (French label, hours), the greatest first."""

    minutes: int
    days: int
    associations: int
    years: list[tuple[str, float]]
    departments: list[tuple[str, float]]
    families: list[tuple[str, float]]
    sdgs: list[tuple[str, float]]
    teams: int
    team_places: int

    @property
    def total(self) -> str:
        return in_words(self.minutes)

    @property
    def hours(self) -> str:
        """« 52 h 30 »: what the bars of years add up to."""
        hours, minutes = divmod(self.minutes, 60)
        return f"{hours}{NBSP}h{NBSP}{minutes:02}" if minutes else f"{hours}{NBSP}h"

    @property
    def is_empty(self) -> bool:
        return not self.minutes and not self.teams


def impact_of(employer: Organisation) -> Impact:
    """Eight statements, whatever there is."""
    validated = DayEntry.objects.validated().filter(sponsorship__offer__organisation=employer).order_by()
    totals = validated.aggregate(
        minutes=Sum("minutes"),
        days=Count("pk"),
        associations=Count("sponsorship__need__organisation", distinct=True),
    )
    years = validated.annotate(year=ExtractYear("on")).values_list("year").annotate(n=Sum("minutes"))
    departments = validated.values_list("sponsorship__need__department__name").annotate(n=Sum("minutes"))
    needs = dict(validated.values_list("sponsorship__need").annotate(n=Sum("minutes")))
    teams = _teams(employer)
    return Impact(
        minutes=totals["minutes"] or 0,
        days=totals["days"],
        associations=totals["associations"],
        years=[(str(year), _hours(n)) for year, n in sorted(years)],
        departments=_greatest({name or "Sans département": n for name, n in departments}),
        families=_greatest(_shared(needs, "skills__group__name")),
        sdgs=_greatest(_shared(needs, "sdgs__name")),
        teams=teams[0],
        team_places=teams[1],
    )


def _teams(employer: Organisation) -> tuple[int, int]:
    """Teams of volunteers whose member lets the employer read it: how many came, how many people in all."""
    telling = Employee.objects.of_organisation(employer).filter(shown=Shown.MISSIONS).values("person")
    rows = Participation.objects.filter(
        state=ParticipationState.REALISED, group_kind=GroupKind.COMPANY, person__in=telling
    )
    found = rows.aggregate(teams=Count("pk"), places=Sum("places"))
    return found["teams"], found["places"] or 0


def _shared(needs: dict[int, int], field: str) -> dict[str, int]:
    """Minutes by label: a need that carries several gives to each what was worked for it."""
    minutes: Counter[str] = Counter()
    for need, label in set(SkillNeed.objects.filter(pk__in=needs).values_list("pk", field)):
        if label:
            minutes[label] += needs[need]
    return minutes


def _greatest(minutes: dict[str, int]) -> list[tuple[str, float]]:
    """In hours: added up as minutes first, so that nothing is lost on the way."""
    ranked = sorted(minutes.items(), key=lambda pair: (-pair[1], pair[0]))
    rest = sum(number for _label, number in ranked[MOST:])
    return [(label, _hours(n)) for label, n in [*ranked[:MOST], *([("Autres", rest)] if rest else [])]]


def _hours(minutes: int) -> float:
    """To the half-hour and finer, as the statement."""
    return round(minutes / 60, 2)
