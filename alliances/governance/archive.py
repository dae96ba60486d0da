"""Meetings, decisions, actions and roles in the archive of their alliance."""

from alliances.exports import Folder, Part, parts
from alliances.models import Alliance
from jeveuxagir.accounts.models import User

from . import matrices
from .models import Attendance, Vote


def _meetings(folder: Folder, alliance: Alliance, reader: User) -> None:
    meetings = list(alliance.meetings.order_by("starts_at", "pk"))
    folder.table(
        "reunions",
        "Réunions",
        ("Réunion", "Le", "Fuseau", "Minutes", "Où", "En ligne", "État", "Ordre du jour"),
        [
            (
                one.title,
                f"{one.local_start:%Y-%m-%d %H:%M}",
                one.zone,
                one.minutes_long,
                one.place,
                one.online_url,
                one.get_state_display(),
                "\n".join(one.agenda),
            )
            for one in meetings
        ],
    )
    folder.table(
        "presences",
        "Qui vient, qui est venu",
        ("Réunion", "Personne", "Partie", "A répondu", "Est venue"),
        [
            (
                one.meeting.title,
                one.person.full_name,
                one.party.name,
                one.get_coming_display(),
                {True: "oui", False: "non"}.get(one.came, ""),  # type: ignore[arg-type]
            )
            for one in Attendance.objects.filter(meeting__in=meetings)
            .select_related("meeting", "person", "party")
            .order_by("meeting__starts_at", "pk")
        ],
    )
    for one in meetings:
        if one.minutes:
            folder.text(f"Compte rendu : {one.title}", one.minutes, [("Écrit le", one.minutes_at)])


def _decisions(folder: Folder, alliance: Alliance, reader: User) -> None:
    decisions = list(alliance.decisions.select_related("meeting").order_by("created_at", "pk"))
    for one in decisions:
        folder.text(
            one.title,
            one.body,
            [
                ("État", one.get_state_display()),
                ("Règle", one.get_rule_display()),
                ("Pourquoi", one.outcome.get("why", "")),
                ("Réunion", one.meeting.title if one.meeting else ""),
                ("Proposée le", one.created_at),
                ("Vote jusqu’au", one.closes_at),
            ],
        )
    folder.table(
        "voix",
        "Qui a voté quoi",
        ("Décision", "Partie", "Voix", "Raison", "Le"),
        [
            (one.decision.title, one.party.name, one.words, one.reason, one.voted_at)
            for one in Vote.objects.filter(decision__in=decisions)
            .select_related("decision", "party")
            .order_by("decision", "voted_at", "pk")
        ],
    )


def _tasks(folder: Folder, alliance: Alliance, reader: User) -> None:
    rows = alliance.tasks.select_related("party", "person", "decision", "meeting").order_by("due_on", "pk")
    folder.table(
        "actions",
        "Actions",
        ("Action", "Partie", "Personne", "Pour le", "État", "Où en est-on", "Décision", "Réunion"),
        [
            (
                one.title,
                one.party.name if one.party else "à reprendre",
                one.person.full_name if one.person else "",
                one.due_on,
                one.get_state_display(),
                one.note,
                one.decision.title if one.decision else "",
                one.meeting.title if one.meeting else "",
            )
            for one in rows
        ],
    )


def _roles(folder: Folder, alliance: Alliance, reader: User) -> None:
    matrix = matrices.of(alliance)
    folder.table(
        "qui-fait-quoi",
        "Qui fait quoi",
        ("Fonction", *(party.name for party in matrix.parties)),
        [(line.function.name, *(cell.words for cell in line.cells)) for line in matrix.lines],
    )


def register() -> None:
    parts.register("roles", Part("Qui fait quoi", _roles, order=25))
    parts.register("meetings", Part("Réunions", _meetings, order=60))
    parts.register("decisions", Part("Décisions", _decisions, order=65))
    parts.register("tasks", Part("Actions", _tasks, order=70))
