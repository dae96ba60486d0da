"""What the parties are told about meetings, decisions and tasks."""

from typing import TYPE_CHECKING, Any

from alliances.notifications import WHY, live_parties, people_of
from jeveuxagir.accounts.models import Person
from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.catalogue import Kind
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.services import send

from .calendars import file_of

if TYPE_CHECKING:
    from alliances.models import Alliance

    from .models import Decision, Meeting, Task

#: code → (label, whether it may wait for the mail of the day)
KINDS = {
    "meeting": ("Une réunion de mon alliance est prévue", True),
    "meeting_moved": ("Une réunion de mon alliance change", False),
    "meeting_cancelled": ("Une réunion de mon alliance est annulée", False),
    "minutes": ("Le compte rendu d’une réunion est écrit", True),
    "vote": ("Une décision de mon alliance est au vote", True),
    "decided": ("Une décision de mon alliance est prise", True),
    "task": ("Une action de mon alliance m’est confiée", True),
    "task_late": ("Une action de mon alliance est en retard", True),
}


def register() -> None:
    for name, (label, digestible) in KINDS.items():
        catalogue.register(
            Kind(
                f"governance.{name}",
                label,
                WHY,
                f"emails/governance/{name}.txt",
                can_stop=True,
                audience="member",
                digestible=digestible,
            )
        )


def _send(
    name: str,
    people: list[Person],
    alliance: "Alliance",
    once: str,
    besides: int | None,
    calendar: bytes = b"",
    **context: Any,
) -> None:
    for person in people:
        if person.pk == besides:
            continue
        send(
            f"governance.{name}",
            to=person,
            dedupe_key=f"governance.{name}:{once}:{person.pk}",
            context={"alliance": alliance, **context},
            calendar=calendar,
        )


def tell_meeting(meeting: "Meeting", name: str, *, besides: int | None = None) -> None:
    people = people_of(live_parties(meeting.alliance))
    _send(
        name,
        people,
        meeting.alliance,
        f"{meeting.pk}:{meeting.sequence}",
        besides,
        calendar=b"" if name == "minutes" else file_of(meeting),
        meeting=meeting,
        url=absolute(meeting.page_url),
    )


def tell_decision(decision: "Decision", name: str, *, besides: int | None = None) -> None:
    people = people_of(live_parties(decision.alliance))
    _send(
        name,
        people,
        decision.alliance,
        str(decision.pk),
        besides,
        decision=decision,
        url=absolute(decision.page_url),
    )


def tell_task(task: "Task", name: str, *, once: str = "", besides: int | None = None) -> None:
    """Whoever has it; a task that nobody has is told to who animates."""
    if task.person is not None:
        people = [task.person]
    elif task.party is not None:
        people = people_of([task.party])
    else:
        people = people_of(live_parties(task.alliance, is_animator=True))
    _send(
        name,
        people,
        task.alliance,
        f"{task.pk}:{once or task.version}",
        besides,
        task=task,
        url=absolute(task.page_url),
    )
