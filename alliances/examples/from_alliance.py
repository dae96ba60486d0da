"""« En faire un exemple »: a draft that an alliance writes of itself, for its parties to finish (K33)."""

import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from alliances import policies as alliance_policies
from alliances.enums import Activity, College, Stage, StepState
from alliances.journey import STEPS
from alliances.lessons import lessons
from alliances.models import Alliance, Party
from jeveuxagir.accounts.models import User
from jeveuxagir.common.clock import today
from jeveuxagir.common.errors import RuleBroken, allow
from jeveuxagir.common.text import first_words
from jeveuxagir.notifications.links import absolute
from jeveuxagir.territories.models import Commune, Department, Epci
from organisations.models import Organisation

from . import writing
from .enums import Ground, Leader, Size, cost_of, size_of
from .models import Example

#: an alliance that has begun to act has something to tell
TELLING = (Stage.STRUCTURED, Stage.ANIMATED, Stage.REVIEW, Stage.SPREAD)
#: what a whole sheet holds: 70 % and more of these come from the alliance
FIELDS = (
    *("title", "summary", "context", "parties", "colleges", "category", "leader", "place", "ground", "size"),
    *("domains", "sdgs", "cost", "cost_detail", "duration_months", "steps", "results", "proof", "pitfalls"),
    "licence",
)
MOST_STEPS = 12


def may_tell(alliance: Alliance) -> bool:
    return alliance.stage in TELLING or alliance.activity == Activity.CLOSED


@transaction.atomic
def begin(alliance: Alliance, *, actor: User, organisation: Organisation | None) -> Example:
    """The draft of an alliance: one at a time; whoever acts for a party writes it."""
    allow(alliance_policies.can_act(actor, alliance))
    if not may_tell(alliance):
        raise RuleBroken(
            "Cette alliance se cherche encore : attendez qu’elle soit structurée pour la raconter.",
            code="stage",
        )
    return writing.begin(actor=actor, organisation=organisation, values=told_by(alliance), alliance=alliance)


def told_by(alliance: Alliance) -> dict[str, Any]:
    """All that the alliance already says, field by field; what it does not say is left out."""
    parties = list(Party.objects.live().filter(alliance=alliance).in_order())
    told = [source(alliance) for source in lessons]
    sums = [one.euros for one in told if one.euros is not None]
    costs = [line for one in told for line in one.costs]
    results = [line for one in told for line in one.results]
    proved = next((one for one in told if one.proof), None)
    values: dict[str, Any] = {
        "title": alliance.name[:140],
        "summary": first_words(alliance.purpose),
        "context": "\n\n".join(filter(None, [alliance.purpose, alliance.shared_interest]))[:3000],
        "parties": "\n".join(
            f"{party.name} : {_line(party.brings)}" if party.brings else party.name for party in parties
        )[:2000],
        "colleges": [
            college.value for college in College if any(party.college == college for party in parties)
        ],
        "category": alliance.category,
        "leader": _leader(parties),
        "domains": [alliance.domain] if alliance.domain else [],
        "sdgs": list(alliance.sdgs.all()),
        "cost": str(cost_of(float(sum(sums, Decimal(0)))).value) if sums else "",
        "cost_detail": "\n".join(costs)[:2000],
        "duration_months": _months(alliance),
        "steps": _steps(alliance),
        "results": "\n".join(filter(None, [alliance.reached, *results]))[:3000],
        "pitfalls": alliance.learned,
        **_place(alliance),
    }
    if proved is not None:
        values["proof"], values["proof_url"] = proved.proof[:300], proved.proof_url
    elif alliance.is_public:
        values["proof"] = "La page publique de l’alliance"
        values["proof_url"] = absolute(alliance.get_absolute_url())
    return {name: value for name, value in values.items() if value not in ("", None, [])}


def filled(example: Example) -> float:
    """The share of a whole sheet that is there, from 0 to 1."""
    there = sum(
        bool(getattr(example, name).exists() if name in writing.RELATIONS else getattr(example, name))
        for name in FIELDS
    )
    return there / len(FIELDS)


# --- inside -----------------------------------------------------------------------------------------------------


def _place(alliance: Alliance) -> dict[str, Any]:
    """Its one place; of several, the first of the widest sort that a sheet can say."""
    rows = alliance.places.select_related("commune__department", "epci", "department")
    places = [row.place for row in rows.order_by("pk")]
    communes = [place for place in places if isinstance(place, Commune)]
    epci = next((place for place in places if isinstance(place, Epci)), None)
    found: dict[str, Any] = {}
    if epci is not None and not communes:
        found["epci"] = epci
    elif len(communes) == 1 or (communes and not any(isinstance(place, Department) for place in places)):
        found["commune"] = communes[0]
    else:
        county = next((place for place in places if isinstance(place, Department)), alliance.department)
        found["county"] = county
    size = size_of(communes[0].population) if "commune" in found else Size.LARGE
    if size is not None:
        found["size"] = str(size.value)
    department = communes[0].department if communes else alliance.department
    if department.zone != "metro":
        found["ground"] = Ground.OVERSEAS.value
    elif "commune" in found and size is not None:
        found["ground"] = (Ground.RURAL if size == Size.SMALL else Ground.TOWN).value
    return found


def _leader(parties: list[Party]) -> str:
    animators = [party for party in parties if party.is_animator] or parties
    of = {
        College.PUBLIC: Leader.ELECTED,
        College.RESEARCH: Leader.ELECTED,
        College.COMPANIES: Leader.COMPANY,
    }
    return str(of.get(College(animators[0].college), Leader.ASSOCIATION).value) if animators else ""


def _months(alliance: Alliance) -> int | None:
    if alliance.starts_on is None:
        return None
    until: datetime.date = min(alliance.ends_on or today(), today())
    return max(1, round((until - alliance.starts_on).days / 30.4)) if until > alliance.starts_on else None


def _steps(alliance: Alliance) -> list[str]:
    """What its parties ticked of the journey, then of the methods they followed, in order."""
    done = set(alliance.steps.filter(state=StepState.DONE).values_list("key", flat=True))
    steps = [step.title for key, step in STEPS.items() if key in done]
    steps += list(
        alliance.guided_steps.filter(done_at__isnull=False).order_by("pk").values_list("title", flat=True)
    )
    return steps[:MOST_STEPS]


def _line(text: str) -> str:
    return " ".join(text.split())[:200]
