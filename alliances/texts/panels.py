"""What texts add to the pages of an alliance and to one's own space."""

from collections.abc import Iterator
from typing import Any

from alliances.enums import Section as Shown
from alliances.models import Alliance, Party
from alliances.spaces import Heritage, Owed, Section, before_erasing, heritage, keeps, menu, owed, owes
from jeveuxagir.accounts.models import User
from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.registries import Panel, ToDo, panels, to_do
from jeveuxagir.common.text import plural

from . import reading, services, templates
from .enums import Kind, ObligationState, State
from .models import Version
from .todos import todos

MOST_LINES = 5


def _home(request: Any, alliance: Alliance) -> dict[str, Any] | None:
    """The versions that wait for comments or adoptions."""
    waiting = Version.objects.filter(
        text__alliance=alliance, state__in=[State.COMMENT, State.ADOPTING]
    ).select_related("text__alliance")
    rows = [(version, reading.progress(version)) for version in waiting.order_by("text__kind", "pk")]
    return {"rows": rows} if rows and not alliance.is_closed else None


def _public(request: Any, alliance: Alliance) -> dict[str, Any] | None:
    """The charter in force with its adoptions, if the parties chose so. Names of signatories stay inside."""
    if not alliance.shows(Shown.CHARTER):
        return None
    version = reading.charter_in_force(alliance)
    if version is None:
        return None
    return {
        "alliance": alliance,
        "version": version,
        "adoptions": version.adoptions.all(),
        "template": templates.by_code(version.template),
        "has_document": version.documents.kept().exists(),
    }


def _owed(alliance: Alliance) -> list[Owed]:
    """Who has to adopt, who promised what by when."""
    if alliance.is_closed:
        return []
    lines = []
    for version in Version.objects.filter(text__alliance=alliance, state=State.ADOPTING).select_related(
        "text__alliance"
    ):
        lines += [
            Owed(party.name, f"adopter « {version.text.title} »", version.adopt_url)
            for party in reading.progress(version).missing[:MOST_LINES]
        ]
    for one in reading.owed_obligations(alliance)[:MOST_LINES]:
        if one.due_on is not None:
            lines.append(Owed(one.party.name, one.what, one.version.page_url, one.due_on))
    return lines


def _owes(party: Party) -> list[str]:
    number = party.obligations.filter(state=ObligationState.OPEN, version__state=State.IN_FORCE).count()
    return [plural(number, "obligation à tenir", "obligations à tenir")] if number else []


def _charter(origin: Alliance, whole: bool) -> str:
    """What a new alliance takes of the charter in force: its words, never an adoption."""
    version = reading.charter_in_force(origin)
    return f"les mots de sa charte ({plural(len(version.articles), 'article')}), à adapter" if version else ""


def _hand_over(origin: Alliance, made: Alliance, actor: User, whole: bool) -> None:
    version = reading.charter_in_force(origin)
    if version is not None:
        services.begin(made, actor=actor, kind=Kind.CHARTER, like=version)


def _to_do(request: Any) -> Iterator[ToDo]:
    return todos(user_of(request).person)


def register() -> None:
    menu.register("charter", Section("Charte", "texts:charter", order=40, group="texts"))
    menu.register("agreement", Section("Convention", "texts:agreements", order=50, group="texts"))
    heritage.register("charter", Heritage(_charter, _hand_over, Shown.CHARTER))
    owed.register("texts", _owed)
    owes.register("texts", _owes)
    keeps.register("texts", services.keeps)
    before_erasing.register("texts", services.forget_person)
    panels.register("alliance.home", Panel("texts/_home_panel.html", _home, order=20))
    panels.register("alliance.public", Panel("texts/_public_charter.html", _public, order=30))
    to_do.register("texts", _to_do)
