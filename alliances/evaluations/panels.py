"""« Évaluation » in the menu of an alliance and on its home; who has not answered; the axes and their evidence."""

from collections.abc import Iterable
from typing import Any

from alliances.enums import Section as Shown
from alliances.models import Alliance
from alliances.moderation import public_texts
from alliances.spaces import Owed, Section, keeps, menu, owed
from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.registries import Panel, ToDo, panels, to_do
from jeveuxagir.common.text import NBSP, plural

from . import axes, board, services

#: beyond, the parties that have not answered are counted
NAMED = 2


def _home(request: Any, alliance: Alliance) -> dict[str, Any] | None:
    """The one that goes on, and what the latest one that was shown said."""
    opened = board.opened_of(alliance)
    latest = alliance.evaluations.revealed().first()
    if opened is None and latest is None:
        return None
    if latest is not None:
        latest.alliance = alliance
    answers = board.answers_of(opened) if opened else []
    return {
        "alliance": alliance,
        "opened": opened,
        "sent": sum(row.is_sent for row in answers),
        "asked": sum(row.is_sent or row.is_waited_for for row in answers),
        "latest": latest,
        "summary": board.summaries([latest]).get(latest.pk, "") if latest else "",
    }


def _axes(request: Any, alliance: Alliance) -> dict[str, Any] | None:
    """On the home: each claimed axis with its evidence."""
    found = axes.claimed(alliance, holding=True)
    return {"alliance": alliance, "axes": found} if found else None


def _public(request: Any, alliance: Alliance) -> dict[str, Any] | None:
    """The same for anybody, if the parties chose so, without what they chose not to show."""
    found = axes.claimed(alliance, public=True) if alliance.shows(Shown.AXES) else []
    return {"alliance": alliance, "axes": found} if found else None


def _owed(alliance: Alliance) -> list[Owed]:
    opened = None if alliance.is_closed else board.opened_of(alliance)
    if opened is None:
        return []
    what = f"répondre à l’évaluation «{NBSP}{opened.label}{NBSP}»" + (
        " (en retard)" if opened.is_late else ""
    )
    silent = [row.party.name for row in board.answers_of(opened) if row.is_waited_for]
    if len(silent) > NAMED:
        who = plural(len(silent), "partie")
        return [Owed(who, what, opened.page_url, opened.due_on, tuple(silent))]
    return [Owed(who, what, opened.page_url, opened.due_on) for who in silent]


def _to_do(request: Any) -> Iterable[ToDo]:
    return board.to_do_of(user_of(request).person)


def register() -> None:
    menu.register("evaluations", Section("Évaluation", "evaluations:rounds", order=95, group="results"))
    owed.register("evaluations", _owed)
    keeps.register("evaluations", services.keeps)
    to_do.register("evaluations", _to_do)
    menu.register("axes", Section("Preuves des axes", "evaluations:axes", order=96, shown=False))
    panels.register("alliance.home", Panel("evaluations/_home.html", _home, order=60))
    panels.register("alliance.home", Panel("evaluations/_home_axes.html", _axes, order=62))
    panels.register("alliance.public", Panel("evaluations/_public.html", _public, order=65))
    public_texts.register(
        "axes", lambda alliance: axes.texts_shown(alliance) if alliance.shows(Shown.AXES) else []
    )
