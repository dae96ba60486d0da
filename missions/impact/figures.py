"""What an employer gave, in figures: days that both sides validated, teams that came. Nobody is named."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Count, Sum
from django.db.models.functions import ExtractYear

from jeveuxagir.common.clock import PARIS
from jeveuxagir.common.text import NBSP
from missions.participations.enums import State as ParticipationState
from missions.participations.models import Participation
from missions.skill_needs.durations import hours_in_words, in_words_by
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
    #: people of the employer who brought others of their own accord
    teams: int
    team_places: int
    #: minutes of a day, as the convention of each says → minutes: what the statements add up to
    by_day: Mapping[int, int] = field(default_factory=dict)
    #: days of its teams, people who came, their time there: volunteering, never added to the days of sponsorship
    team_days: int = 0
    team_people: int = 0
    team_minutes: int = 0
    team_years: list[tuple[str, int]] = field(default_factory=list)
    team_associations: int = 0

    @property
    def total(self) -> str:
        return in_words_by(self.by_day)

    @property
    def hours(self) -> str:
        """« 52 h 30 »: what the bars of years add up to."""
        hours, minutes = divmod(self.minutes, 60)
        return f"{hours}{NBSP}h{NBSP}{minutes:02}" if minutes else f"{hours}{NBSP}h"

    @property
    def team_hours(self) -> str:
        return hours_in_words(self.team_minutes)

    @property
    def is_empty(self) -> bool:
        return not self.minutes and not self.teams and not self.team_days


def impact_of(employer: Organisation) -> Impact:
    """Ten statements, whatever there is."""
    validated = DayEntry.objects.validated().filter(sponsorship__offer__organisation=employer).order_by()
    totals = validated.aggregate(
        minutes=Sum("minutes"),
        days=Count("pk"),
        associations=Count("sponsorship__need__organisation", distinct=True),
    )
    lengths = validated.values_list("convention__day_minutes").annotate(n=Sum("minutes"))
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
        by_day=dict(lengths),
        **_team_days(employer),
    )


def _teams(employer: Organisation) -> tuple[int, int]:
    """Teams of volunteers whose member lets the employer read it: how many came, how many people in all."""
    telling = Employee.objects.of_organisation(employer).filter(shown=Shown.MISSIONS).values("person")
    rows = Participation.objects.alone().filter(
        state=ParticipationState.REALISED, group_kind=GroupKind.COMPANY, person__in=telling
    )
    found = rows.aggregate(teams=Count("pk"), places=Sum("places"))
    return found["teams"], found["places"] or 0


def _team_days(employer: Organisation) -> dict[str, Any]:
    """The teams it registered, once who welcomed them said how many came: counted by day, people and hours."""
    came = Participation.objects.teams_of(employer).filter(state=ParticipationState.REALISED)
    people, minutes, years, hosts = 0, 0, Counter[int](), set()
    for row in came.select_related("slot", "mission").order_by("slot__starts_at"):
        slot, number = row.slot, row.came or 0
        if slot.starts_at is None or slot.ends_at is None:  # a team comes on a day: a constraint
            continue
        people += number
        minutes += number * (slot.ends_at - slot.starts_at) // timedelta(minutes=1)
        years[slot.starts_at.astimezone(PARIS).year] += 1
        hosts.add(row.mission.organisation_id)
    return {
        "team_days": sum(years.values()),
        "team_people": people,
        "team_minutes": minutes,
        "team_years": [(str(year), number) for year, number in sorted(years.items())],
        "team_associations": len(hosts),
    }


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
