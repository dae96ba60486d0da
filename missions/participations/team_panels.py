"""What teams add: to a mission's page, to the space of who brings them, to what waits for its coordinators."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.urls import reverse

from jeveuxagir.common.clock import now
from jeveuxagir.common.registries import Panel, ToDo, panels, to_do
from jeveuxagir.common.text import NBSP, plural
from missions.cards import by_date
from missions.enums import SlotKind
from missions.enums import State as MissionState
from missions.models import Slot
from missions.words import when_in_words
from organisations import spaces
from organisations.companies.spaces import add_section

from . import policies, services
from .enums import LIVE_STATES, State
from .models import Participation
from .panels import NEWS, SHOWN, UNSERVED
from .team_forms import teams_in_words

#: in the spaces' menu of an employer
MENU = (30, "Missions d’équipe", "equipes/")


def _mission(request: Any, mission: Any) -> dict[str, Any] | None:
    """The places for teams, day by day; one's own teams there."""
    if not mission.welcomes_teams or mission.is_imported or mission.state == MissionState.DONE:
        return None
    days = by_date(Slot.objects.live().filter(mission=mission, kind=SlotKind.DATED, team_places__gt=0))
    own: list[Participation] = []
    if request.user.is_authenticated:
        teams = policies.teams_of_person_s_spaces(request.user)
        own = list(
            teams.filter(mission=mission, state__in=LIVE_STATES)
            .select_related("group_organisation")
            .order_by("pk")[:SHOWN]
        )
    if not days and not own:
        return None
    is_preview = not mission.has_page
    may_apply = is_preview or (mission.state == MissionState.OPEN and mission.organisation.is_verified)
    return {
        "mission": mission,
        "own": own,
        "lines": [{"when": _when(slot), "words": teams_in_words(slot, mission)} for slot in days[:SHOWN]],
        "more": max(0, len(days) - SHOWN),
        "is_open": may_apply and any(slot.teams_left(mission.team_smallest) for slot in days),
        "is_preview": is_preview,
    }


def _when(slot: Slot) -> str:
    words = when_in_words(slot)
    return words[0].upper() + words[1:]


def _space(request: Any, organisation: Any) -> dict[str, Any] | None:
    """The next days of its teams, for who coordinates it."""
    teams = policies.teams_of_space(request.user, organisation).filter(state__in=LIVE_STATES)
    rows = list(
        teams.select_related("mission__organisation", "slot").order_by("slot__starts_at", "pk")[:SHOWN]
    )
    return {"organisation": organisation, "rows": rows} if rows else None


def _to_do(request: Any) -> Iterator[ToDo]:
    """A day that changed, a talk, an answer of the week, for each team of one's organisations: one query."""
    since = now() - NEWS
    news = Q(state=State.ACCEPTED, answered_at__gt=since) | Q(UNSERVED, state_changed_at__gt=since)
    rows = (
        policies.teams_of_person_s_spaces(request.user)
        .filter(Q(state__in=LIVE_STATES) & ~Q(moved_from="") | Q(state=State.IN_TALK) | news)
        .select_related("mission__organisation", "slot", "group_organisation")
        .order_by("pk")
    )
    for row in rows:
        said = _line(row)
        if said is not None and row.group_organisation is not None:
            text, since_when, action = said
            owner = row.group_organisation
            yield ToDo(text, reverse("teams:one", args=[owner.pk, owner.slug, row.pk]), since_when, action)


def _line(row: Participation) -> tuple[str, Any, str] | None:
    who, what = row.mission.organisation.name, row.mission.title
    if row.is_paused:
        return f"En pause, votre équipe ne se déplace pas{NBSP}: « {what} »", row.state_changed_at, "Lire"
    if row.moved_from and row.state in LIVE_STATES:
        text = f"L’horaire de « {what} » a changé{NBSP}: votre équipe vient-elle toujours{NBSP}?"
        return text, row.moved_at or row.state_changed_at, "Répondre"
    if row.state == State.IN_TALK:
        text = f"{who} souhaite échanger au sujet de votre équipe{NBSP}: « {what} »"
        return text, row.state_changed_at, "Lire"
    if row.state == State.ACCEPTED and not services.has_begun(row):
        text = f"{who} attend votre équipe{NBSP}: « {what} », {when_in_words(row.slot)}"
        return text, row.answered_at or row.state_changed_at, "Lire"
    if row.state in (State.DECLINED, State.CANCELLED):
        return f"{who} n’accueille pas votre équipe{NBSP}: « {what} »", row.state_changed_at, "Lire"
    return None


def _ends(organisation: Any) -> list[str]:
    """Before it closes: its teams do not come."""
    number = policies.teams_in_course(organisation)
    if not number:
        return []
    words = plural(number, "équipe inscrite ne viendra pas", "équipes inscrites ne viendront pas")
    return [f"{words}. Chaque association est prévenue."]


def register() -> None:
    spaces.ending.register("participations.teams", _ends)
    panels.register("mission.page.after", Panel("participations/_team_mission.html", _mission, order=10))
    panels.register("organisation_space", Panel("participations/_team_space.html", _space, order=25))
    to_do.register("participations.teams", _to_do)
    add_section(*MENU)
