"""« Indicateurs » in the menu of an alliance, on its home, on its public page; what is late, and whose it is."""

from collections.abc import Iterable
from typing import Any

from alliances.enums import Section as Shown
from alliances.models import Alliance, Party
from alliances.spaces import Heritage, Owed, Section, heritage, menu, owed, owes
from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.registries import Panel, ToDo, panels, to_do
from jeveuxagir.common.text import plural

from . import services
from .board import dictionary, disputes_of, edit_url, enter_url, to_do_of
from .periods import of_period

SHOWN = 4


def _home(request: Any, alliance: Alliance) -> dict[str, Any] | None:
    """The curve of the first ones; silent while there is none."""
    found = dictionary(alliance)
    return {"alliance": alliance, "shown": found[:SHOWN], "more": len(found) - SHOWN} if found else None


def _public(request: Any, alliance: Alliance) -> dict[str, Any] | None:
    """Those with a value, if the parties chose so."""
    if not alliance.shows(Shown.INDICATORS):
        return None
    found = [one for one in dictionary(alliance) if one.points]
    return {"shown": found} if found else None


def _owed(alliance: Alliance) -> list[Owed]:
    if alliance.is_closed:
        return []
    lines = []
    for one in dictionary(alliance):
        row = one.indicator
        for dispute in disputes_of(one.points):
            who = dispute.answering.name if dispute.answering else "À reprendre"
            when = of_period(row.rhythm, dispute.value.period)
            what = f"répondre de « {row.name} » pour {when} (contestée)"
            lines.append(Owed(who, what, row.page_url))
        if not row.is_measured:
            who = row.owner.name if row.owner else "À reprendre"
            lines.append(Owed(who, f"fixer le départ et la cible de « {row.name} »", edit_url(row)))
        if one.late is not None:
            who = row.owner.name if row.owner else "À reprendre"
            what = f"saisir « {row.name} » pour {one.late.of_period} ({one.late.word})"
            lines.append(Owed(who, what, enter_url(row, one.late.period)))
    return lines


def _owes(party: Party) -> list[str]:
    """The indicators it is responsible for."""
    kept = party.indicators.filter(archived_at=None).count()
    return [plural(kept, "indicateur")] if kept else []


def _definitions(origin: Alliance, whole: bool) -> str:
    """What a new alliance takes of the dictionary: definitions, never a value."""
    many = services.definitions_of(origin, whole=whole).count()
    return f"la définition de {plural(many, 'indicateur')}, sans aucune valeur" if many else ""


def _to_do(request: Any) -> Iterable[ToDo]:
    return to_do_of(user_of(request).person)


def register() -> None:
    heritage.register("indicators", Heritage(_definitions, services.copy_definitions, Shown.INDICATORS))
    menu.register("indicators", Section("Indicateurs", "indicators:dictionary", order=90, group="results"))
    owed.register("indicators", _owed)
    owes.register("indicators", _owes)
    to_do.register("indicators", _to_do)
    panels.register("alliance.home", Panel("indicators/_home.html", _home, order=50))
    panels.register("alliance.public", Panel("indicators/_public.html", _public, order=60))
