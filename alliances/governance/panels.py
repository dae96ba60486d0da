"""What steering adds to the pages of an alliance, and to what waits for a person."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Case, When
from django.urls import reverse

from alliances import spaces
from alliances.enums import Activity
from alliances.enums import Section as Shown
from alliances.models import Alliance, Party
from alliances.spaces import Owed, Section, menu
from jeveuxagir.accounts.models import User
from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.registries import Panel, ToDo, panels, to_do
from jeveuxagir.common.text import NBSP, plural

from . import services
from .enums import DecisionState, Effect
from .models import Task

SHOWN = 5

#: actions told on the home, the most urgent first
MOST_LINES = 30


def _home(request: Any, alliance: Alliance) -> dict[str, Any] | None:
    """The next meeting, the latest decisions, how many actions go on."""
    following = alliance.meetings.planned().filter(starts_at__gt=now()).order_by("starts_at", "pk").first()
    told = alliance.decisions.exclude(state=DecisionState.WITHDRAWN)
    first = Case(When(state=DecisionState.OPEN, then=0), default=1)  # what still waits for a voice
    latest = list(told.order_by(first, "-created_at", "-pk")[:3])
    active = alliance.tasks.active()
    going, late = active.count(), active.filter(due_on__lt=today()).count()
    if following is None and not latest and not going:
        return None
    for row in (following, *latest):
        if row is not None:
            row.alliance = alliance
    return {"alliance": alliance, "meeting": following, "decisions": latest, "going": going, "late": late}


def _public(request: Any, alliance: Alliance) -> dict[str, Any] | None:
    """What was decided, if the parties chose to show it: never who voted what."""
    if not alliance.shows(Shown.DECISIONS):
        return None
    found = list(alliance.decisions.filter(state=DecisionState.ADOPTED).order_by("-state_changed_at")[:10])
    return {"decisions": found} if found else None


def _owed(alliance: Alliance) -> list[Owed]:
    """Late and coming actions, those nobody has, and voices awaited."""
    if alliance.is_closed:
        return []
    lines = []
    for task in alliance.tasks.active().select_related("party", "person")[:MOST_LINES]:
        task.alliance = alliance
        who = task.party.name if task.party else "À reprendre"
        what = f"{task.title} (en retard)" if task.is_late else task.title
        lines.append(Owed(who, what, task.page_url, task.due_on))
    live = list(alliance.parties.live().filter(is_trusted_third=False).order_by("pk"))
    for decision in alliance.decisions.filter(state=DecisionState.OPEN).order_by("closes_at")[:3]:
        decision.alliance = alliance
        said = set(decision.votes.values_list("party_id", flat=True))
        silent = [
            party.name for party in live if party.pk not in said and party.joined_at <= decision.created_at
        ]
        if silent:
            who, names = (
                (silent[0], ()) if len(silent) == 1 else (plural(len(silent), "partie"), tuple(silent))
            )
            what = f"voter sur « {decision.title} »"
            lines.append(Owed(who, what, decision.page_url, decision.local_end.date(), names))
    return lines


def _owes(party: Party) -> list[str]:
    """What a party hands over when it leaves."""
    active = party.tasks.active().count()
    return [plural(active, "action en cours", "actions en cours")] if active else []


def _close(alliance: Alliance, actor: User, answers: dict[str, str]) -> str:
    """Several parties close by a decision."""
    title = "Clore l’alliance"
    made = services.propose(alliance, actor=actor, title=title, effect=Effect.CLOSE, details=answers)
    return made.page_url


def _closing_vote(alliance: Alliance) -> str:
    """Where the closing is at the vote."""
    found = alliance.decisions.filter(state=DecisionState.OPEN, effect=Effect.CLOSE).first()
    if found is None:
        return ""
    found.alliance = alliance
    return found.page_url


def _third_vote(alliance: Alliance, party: Party) -> str:
    """Where a trusted third party is proposed, or its role ended."""
    return reverse("governance:third", args=[alliance.pk, alliance.slug, party.pk])


def _functions(origin: Alliance, whole: bool) -> str:
    """What a new alliance takes of « qui fait quoi »: the names, never who holds them."""
    many = origin.functions.count()
    return f"les fonctions de « qui fait quoi » ({many})" if many else ""


def _hand_over(origin: Alliance, made: Alliance, actor: User, whole: bool) -> None:
    names = list(origin.functions.order_by("position", "pk").values_list("name", flat=True))
    if names:
        services.set_matrix(made, actor=actor, lines=[(name, {}) for name in names])


def _to_do(request: Any) -> Iterator[ToDo]:
    """My actions of all alliances, and the votes that wait for my voice."""
    person = user_of(request).person
    mine = Task.objects.of_person(person).active().filter(alliance__activity=Activity.ACTIVE)
    for task in mine.select_related("alliance").order_by("due_on", "pk")[:SHOWN]:
        text = f"{task.title}{NBSP}: {task.alliance.name}" + (" (en retard)" if task.is_late else "")
        yield ToDo(text, task.page_url, task.state_changed_at, "Dire où elle en est")
    for decision in services.awaiting_voice(person)[:SHOWN]:
        text = f"« {decision.title} »{NBSP}: {decision.alliance.name} attend votre voix"
        yield ToDo(text, decision.page_url, decision.created_at, "Voter")


def register() -> None:
    menu.register("meetings", Section("Réunions", "governance:meetings", order=60, group="steering"))
    menu.register("decisions", Section("Décisions", "governance:decisions", order=65, group="steering"))
    menu.register("tasks", Section("Actions", "governance:tasks", order=70, group="steering"))
    menu.register("roles", Section("Qui fait quoi", "governance:roles", order=30, group="parties"))
    panels.register("alliance.home", Panel("governance/_home.html", _home, order=20))
    panels.register("alliance.public", Panel("governance/_public.html", _public, order=50))
    spaces.owed.register("governance", _owed)
    spaces.owes.register("governance", _owes)
    spaces.keeps.register("governance", services.keeps)
    spaces.closing.register("decision", _close)
    spaces.closing_vote.register("decision", _closing_vote)
    spaces.heritage.register("roles", spaces.Heritage(_functions, _hand_over))
    spaces.third_vote.register("decision", _third_vote)
    to_do.register("governance", _to_do)
