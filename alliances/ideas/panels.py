"""What ideas add to one's space."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from jeveuxagir.accounts.models import Person
from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.clock import now
from jeveuxagir.common.registries import Panel, ToDo, panels, to_do

from .enums import State
from .models import Idea

SHOWN = 5
#: how long an answer is news
NEWS = timedelta(days=14)


def _my_space(request: Any, person: Person) -> dict[str, Any] | None:
    """The latest ideas with what became of them; silent for whoever brought none."""
    ideas = list(
        Idea.objects.of_person(person).select_related("commune").order_by("-filed_at", "-pk")[:SHOWN]
    )
    return {"ideas": ideas} if ideas else None


def _to_do(request: Any) -> Iterator[ToDo]:
    """What the brigade answered these two weeks; an idea that becomes an organisation waits as its sign-up."""
    answered = (State.PROBLEM, State.EXAMPLE, State.CLOSED)
    recent = Idea.objects.of_person(user_of(request).person).filter(
        state__in=answered, state_changed_at__gt=now() - NEWS
    )
    for idea in recent.order_by("pk"):
        text = f"La brigade a répondu à votre idée « {idea.what} »"
        yield ToDo(text, idea.get_absolute_url(), idea.state_changed_at, "Lire")


def register() -> None:
    to_do.register("ideas", _to_do)
    panels.register("my_space", Panel("ideas/_my_space.html", _my_space, order=60))
