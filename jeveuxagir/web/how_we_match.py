"""« Comment nous rapprochons »: the engine that runs, in plain French, with an example it computes itself."""

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jeveuxagir import matching
from jeveuxagir.matching import lending
from jeveuxagir.matching.half_days import AFTERNOON, EVENING, half_day
from missions.pairings import fairness
from missions.proposals.models import MAX_OPEN_PER_PERSON, PROPOSAL_DAYS

_WEDNESDAY = 2
#: A fixed day, so that the example reads the same every day.
_EXAMPLE_DAY = date(2026, 9, 1)


@dataclass(frozen=True)
class ExampleReason:
    sentence: str
    points: str


@dataclass(frozen=True)
class Example:
    score: str
    reasons: list[ExampleReason]
    reservation: str


@login_not_required
@require_safe
def how_we_match(request: HttpRequest) -> HttpResponse:
    engine = matching.describe()
    return render(
        request,
        "web/how_we_match.html",
        {
            "engine": engine,
            "weights": [(criterion.name, criterion.weight) for criterion in engine.criteria],
            "example": example(),
            "open_proposals": MAX_OPEN_PER_PERSON,
            "proposal_days": PROPOSAL_DAYS,
        },
    )


@login_not_required
@require_safe
def how_we_match_skills(request: HttpRequest) -> HttpResponse:
    """The same, for needs and offers of skills, with what the 72 hours change today."""
    gates, criteria = lending.described()
    found = fairness.kept_report()
    return render(
        request,
        "web/how_we_match_skills.html",
        {
            "gates": gates,
            "criteria": criteria,
            "weights": [(criterion.name, criterion.weight) for criterion in criteria],
            "fairness": found,
            "shares": [
                ("Avec les 72 heures", found.with_rule.share),
                ("Sans les 72 heures", found.without_rule.share),
            ],
            "counts": [
                ("Avec les 72 heures", found.with_rule.first_time),
                ("Sans les 72 heures", found.without_rule.first_time),
            ],
            "version": lending.LENDING_VERSION,
        },
    )


def example() -> Example:
    """A reading workshop 4 km away, for somebody free on Wednesday evenings: judged by the engine itself."""
    wednesday_evening = half_day(_WEDNESDAY, EVENING)
    request = matching.RequestRow(
        id=0,
        department="26",
        point=(45_045_000, 5_051_000),
        half_days=wednesday_evening,
        domains=0b1,
    )
    slot = matching.SlotRow(
        id=1,
        kind=matching.SlotKind.WEEKLY,
        half_days=wednesday_evening | half_day(_WEDNESDAY, AFTERNOON),
        free_places=2,
    )
    mission = matching.MissionRow(
        id=1,
        department="26",
        organisation_verified=True,
        points=((45_081_000, 5_051_000),),
        domains=0b1,
        slots=(slot,),
    )
    vocabulary = matching.Vocabulary(domains={0: "Éducation pour tous"})
    [ranking] = matching.rank([request], [mission], today=_EXAMPLE_DAY, vocabulary=vocabulary)
    [match] = ranking.matches
    return Example(
        score=_points(match.score),
        reasons=[ExampleReason(reason.exact, _points(reason.points)) for reason in match.reasons],
        reservation=match.reservation.exact if match.reservation else "",
    )


def _points(thousandths: int) -> str:
    """« 17,5 », to the nearest tenth."""
    tenths = (thousandths + 50) // 100
    return f"{tenths // 10},{tenths % 10}" if tenths % 10 else str(tenths // 10)
