"""What meetings, decisions, actions and roles tell in the activity of their alliance."""

from typing import Any

from django.urls import reverse

from alliances import activity
from alliances.activity import Named, Sort
from alliances.models import Alliance


def _named(alliance: Alliance, rows: Any, route: str) -> Named:
    return {row.pk: (row.title, reverse(route, args=[alliance.pk, alliance.slug, row.pk])) for row in rows}


def _meetings(alliance: Alliance, numbers: set[int]) -> Named:
    return _named(alliance, alliance.meetings.filter(pk__in=numbers), "governance:meeting")


def _decisions(alliance: Alliance, numbers: set[int]) -> Named:
    return _named(alliance, alliance.decisions.filter(pk__in=numbers), "governance:decision")


def _tasks(alliance: Alliance, numbers: set[int]) -> Named:
    return _named(alliance, alliance.tasks.filter(pk__in=numbers), "governance:task")


def register() -> None:
    activity.sorts.register(
        "meetings",
        Sort(
            "Réunions",
            {
                "meeting.convened": "Une réunion est prévue",
                "meeting.changed": "Une réunion change",
                "meeting.cancelled": "Une réunion est annulée",
                "meeting.minuted": "Un compte rendu est écrit",
            },
            order=60,
            key="meeting",
            named=_meetings,
        ),
    )
    activity.sorts.register(
        "decisions",
        Sort(
            "Décisions",
            {
                "decision.proposed": "Une décision est au vote",
                "decision.voted": "Une partie vote",
                "decision.adopted": "Une décision est adoptée",
                "decision.rejected": "Une décision est rejetée",
                "decision.withdrawn": "Une décision est retirée du vote",
            },
            order=65,
            key="decision",
            named=_decisions,
        ),
    )
    activity.sorts.register(
        "tasks",
        Sort(
            "Actions",
            {"task.given": "Une action est confiée", "task.moved": "Une action avance"},
            order=70,
            key="task",
            named=_tasks,
        ),
    )
    activity.sorts.register(
        "roles", Sort("Qui fait quoi", {"roles.set": "La répartition des rôles change"}, order=75)
    )
