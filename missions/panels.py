"""What missions add to the pages of an organisation."""

from typing import Any

from django.db.models import Count, Q

from jeveuxagir.common.registries import Panel, panels
from jeveuxagir.common.text import plural
from organisations import spaces
from organisations.policies import HANDLERS, role_in

from . import search
from .cards import cards
from .enums import State
from .forms import STEPS
from .models import Mission

SHOWN = 6
SHOWN_DRAFTS = 2


def _public(request: Any, organisation: Any) -> dict[str, Any] | None:
    """Its open missions, on its public page."""
    if not organisation.may_host:
        return None
    rows = search.search_missions(search.SearchQuery(sort=search.Sort.DATE)).filter(organisation=organisation)
    found = list(search.for_cards(rows)[: SHOWN + 1])
    return {"organisation": organisation, "cards": cards(found[:SHOWN]), "more": len(found) > SHOWN}


def _space(request: Any, organisation: Any) -> dict[str, Any] | None:
    """What waits about missions, then how many there are."""
    if not organisation.may_host:
        return None
    missions = Mission.objects.of_organisation(organisation)
    counts = missions.aggregate(
        open=Count("pk", filter=Q(state=State.OPEN)),
        pending=Count("pk", filter=Q(state=State.PENDING)),
        drafts=Count("pk", filter=Q(state=State.DRAFT)),
        all=Count("pk"),
    )
    to_correct = missions.filter(Q(state=State.REFUSED) | (Q(state=State.DRAFT) & ~Q(state_reason="")))
    return {
        "organisation": organisation,
        "counts": counts,
        "to_correct": to_correct.order_by("state_changed_at")[:SHOWN],
        "drafts": missions.filter(state=State.DRAFT, draft_step__gt=0, state_reason="").order_by(
            "-updated_at"
        )[:SHOWN_DRAFTS],
        "steps": len(STEPS),
        "may_write": role_in(request.user, organisation) in HANDLERS,
    }


def _handled(organisation: Any, person: Any) -> list[str]:
    """The live missions that this member wrote."""
    live = (State.DRAFT, State.PENDING, State.OPEN, State.SUSPENDED)
    mine = Mission.objects.of_organisation(organisation).filter(created_by__person=person, state__in=live)
    count = mine.count()
    return [plural(count, "mission en cours", "missions en cours")] if count else []


def _ends(organisation: Any) -> list[str]:
    count = (
        Mission.objects.of_organisation(organisation).filter(state__in=(State.OPEN, State.SUSPENDED)).count()
    )
    return [f"{plural(count, 'mission ferme', 'missions ferment')}."] if count else []


def _with_missions(organisations: Any) -> Any:
    return organisations.filter(pk__in=Mission.objects.open().values("organisation"))


def register() -> None:
    spaces.handling.register("missions", _handled)
    spaces.ending.register("missions", _ends)
    spaces.with_missions.register("missions", _with_missions)
    panels.register("organisation.public", Panel("missions/_of_organisation.html", _public, order=20))
    panels.register("organisation_space", Panel("missions/_space_panel.html", _space, order=30))
    section = ("Missions", "missions/", ())
    if section not in spaces.extra_sections:
        spaces.extra_sections.append(section)
    spaces.HOSTING_ONLY.add("missions/")
