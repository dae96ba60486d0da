"""« Moyens » in the menu of an alliance, on its home and, if the parties chose so, on its public page."""

from typing import Any

from alliances.enums import Section as Shown
from alliances.models import Alliance, Party
from alliances.spaces import Section, funds, menu, owes
from jeveuxagir.common.registries import Panel, panels
from jeveuxagir.common.text import plural

from . import services
from .board import contributions_of, funding_of, lines_of
from .enums import State


def _home(request: Any, alliance: Alliance) -> dict[str, Any] | None:
    """What is planned and what came, kind by kind; silent while nothing is said."""
    lines = lines_of(contributions_of(alliance))
    sums = [one for one in funding_of(alliance) if one.lines]
    if not lines and not sums:
        return None
    return {"alliance": alliance, "lines": lines, "sums": sums}


def _public(request: Any, alliance: Alliance) -> dict[str, Any] | None:
    """What each party brings, without the funding plan: asked money is not a promise."""
    if not alliance.shows(Shown.CONTRIBUTIONS):
        return None
    rows = [row for row in contributions_of(alliance) if row.state != State.DROPPED]
    return {"lines": lines_of(rows), "rows": rows} if rows else None


def _owes(party: Party) -> list[str]:
    """What it said it would bring and has not brought yet."""
    left = party.contributions.filter(state__in=[State.PLANNED, State.UNDER_WAY]).count()
    return [plural(left, "contribution annoncée", "contributions annoncées")] if left else []


def register() -> None:
    menu.register("contributions", Section("Moyens", "contributions:means", order=80, group="means"))
    owes.register("contributions", _owes)
    funds.register("contributions", services.funds)
    panels.register("alliance.home", Panel("contributions/_home.html", _home, order=60))
    panels.register("alliance.public", Panel("contributions/_public.html", _public, order=50))
