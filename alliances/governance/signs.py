"""What meetings, actions and roles show of the journey of their alliance."""

from django.db.models import Exists, OuterRef, Q

from alliances.signs import holds
from alliances.spaces import Sign, signs

from .enums import Level, MeetingState
from .models import Function, Holding, Meeting, Task


def register() -> None:
    meetings = Meeting.objects.filter(alliance=OuterRef("pk"))
    signs.register(
        "premiere-rencontre",
        Sign(
            "Une réunion a son compte rendu.",
            Exists(meetings.filter(state=MeetingState.HELD)),
            "Une réunion est prévue.",
            Exists(meetings.filter(state=MeetingState.PLANNED)),
        ),
    )
    functions = Function.objects.filter(alliance=OuterRef("pk"))
    held = Holding.objects.filter(function=OuterRef("pk"), party__left_at__isnull=True)
    empty = functions.exclude(Exists(held.exclude(level=Level.INFORMED)))
    signs.register(
        "roles",
        Sign(
            "Chaque fonction est tenue.",
            holds(Q(Exists(functions)) & ~Q(Exists(empty))),
            "Des fonctions n’ont encore personne.",
            Exists(functions),
        ),
    )
    signs.register(
        "actions", Sign("Des actions sont confiées.", Exists(Task.objects.filter(alliance=OuterRef("pk"))))
    )
