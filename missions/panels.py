"""What missions add to the pages of an organisation."""

from typing import Any

from django.db.models import Count, Q

from jeveuxagir.common.registries import Panel, panels
from organisations import spaces
from organisations.policies import HANDLERS, role_in

from . import search
from .cards import cards
from .enums import State
from .models import Mission

SHOWN = 6


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
        "may_write": role_in(request.user, organisation) in HANDLERS,
    }


def register() -> None:
    panels.register("organisation.public", Panel("missions/_of_organisation.html", _public, order=20))
    panels.register("organisation_space", Panel("missions/_space_panel.html", _space, order=30))
    section = ("Missions", "missions/", ())
    if section not in spaces.extra_sections:
        spaces.extra_sections.append(section)
    spaces.HOSTING_ONLY.add("missions/")
