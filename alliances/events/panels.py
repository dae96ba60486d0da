"""What events add elsewhere: one's own space, an organisation's space and page, an alliance's home and page."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Q

from alliances.models import Alliance
from jeveuxagir.accounts.models import Person
from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.clock import now
from jeveuxagir.common.registries import Panel, ToDo, panels, to_do
from jeveuxagir.common.text import NBSP, plural
from jeveuxagir.ui.spaces import MyPage, my_pages
from organisations import spaces
from organisations.policies import HANDLERS, role_in

from . import words
from .enums import GIVEN_BACK, State
from .models import Event, Registration

SHOWN = 5
#: how long what took place asks for its report
FOLLOWED_WITHIN = timedelta(days=21)
MOST_TO_FOLLOW = 20


def _lines(rows: Any, limit: int = SHOWN) -> list[tuple[Event, str]]:
    found = list(rows.select_related("organisation", "commune")[:limit])
    return [(event, words.when(event)) for event in found]


def _my_space(request: Any, person: Person) -> dict[str, Any] | None:
    """Where one goes next; silent for whoever goes nowhere."""
    coming = Registration.objects.of_person(person).filter(state__in=GIVEN_BACK, event__ends_at__gt=now())
    rows = coming.select_related("event__organisation", "event__commune").order_by("event__starts_at", "pk")
    found = list(rows[: SHOWN + 1])
    if not found:
        return None
    return {
        "lines": [(row, words.when(row.event)) for row in found[:SHOWN]],
        "more": len(found) > SHOWN,
    }


def _to_mend(request: Any) -> Iterator[ToDo]:
    """The events that the brigade sent back, in the organisations one handles: one query."""
    mine = Event.objects.of_person(user_of(request).person).filter(
        Q(state=State.DRAFT) | Q(state=State.REFUSED), ~Q(reason=""), starts_at__gt=now()
    )
    for event in mine.select_related("organisation").order_by("pk"):
        text = f"Événement à corriger{NBSP}: « {event.title} »"
        yield ToDo(text, event.manage_url, event.state_changed_at, "Corriger")


def _to_follow(request: Any) -> Iterator[ToDo]:
    """What took place these weeks in the organisations one handles, until who came is noted and something of it is
    to be read or seen: one query."""
    mine = Event.objects.of_person(user_of(request).person).to_follow(now() - FOLLOWED_WITHIN)
    for event in mine.select_related("organisation").order_by("ends_at", "pk")[:MOST_TO_FOLLOW]:
        acts = ["notez qui est venu"] if event.unmarked else []  # type: ignore[attr-defined]  # annotated
        acts += ["publiez le compte rendu"] if event.followed_at is None else []
        text = f"« {event.title} » a eu lieu{NBSP}: {' et '.join(acts)}"
        yield ToDo(text, event.manage_url, event.ends_at, "Faire la suite")


def _of_organisation(request: Any, organisation: Any) -> dict[str, Any] | None:
    """Its events to come, on its public page."""
    rows = Event.objects.public().of_organisation(organisation).to_come().filter(state=State.PUBLISHED)
    found = _lines(rows.order_by("starts_at", "pk"))
    return {"lines": found} if found else None


def _organisation_space(request: Any, organisation: Any) -> dict[str, Any] | None:
    """What is to come, with who comes, on the home of its space."""
    rows = Event.objects.of_organisation(organisation).to_come().exclude(state=State.CANCELLED)
    found = _lines(rows.order_by("starts_at", "pk"))
    if not found:
        return None
    return {
        "organisation": organisation,
        "lines": found,
        "may_write": role_in(request.user, organisation) in HANDLERS,
    }


def _of_alliance(request: Any, alliance: Alliance) -> dict[str, Any] | None:
    """What is to come first, then what can be seen again."""
    every = Event.objects.of_alliance(alliance).exclude(state=State.CANCELLED)
    to_come = _lines(every.to_come().order_by("starts_at", "pk"))
    past = _lines(every.past().order_by("-starts_at", "-pk"), 3)
    return {"to_come": to_come, "past": past} if to_come or past else None


def _ends(organisation: Any) -> list[str]:
    """Before it closes: what it announced is cancelled."""
    rows = Event.objects.of_organisation(organisation).filter(state=State.PUBLISHED, starts_at__gt=now())
    count = rows.count()
    said = plural(count, "événement à venir est annulé", "événements à venir sont annulés")
    return [f"{said}. Les personnes inscrites sont prévenues."] if count else []


def register() -> None:
    to_do.register("events.to_mend", _to_mend)
    to_do.register("events.to_follow", _to_follow)
    my_pages.register("events", MyPage("Mes événements", "events:mine", order=25))
    spaces.ending.register("events", _ends)
    panels.register("my_space", Panel("events/_my_space.html", _my_space, order=25))
    panels.register("organisation.public", Panel("events/_of_organisation.html", _of_organisation, order=30))
    panels.register("organisation_space", Panel("events/_space_panel.html", _organisation_space, order=40))
    for page in ("alliance.home", "alliance.public"):
        panels.register(page, Panel("events/_of_alliance.html", _of_alliance, order=60))
    section = ("Événements", "evenements/", ())
    if section not in spaces.extra_sections:
        spaces.extra_sections.append(section)
