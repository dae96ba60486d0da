"""What steering an alliance holds about a person: their voice, their presence, their tasks."""

from alliances.personal_data import KEPT_WITH_ALLIANCE, register_author
from jeveuxagir.common.registries import PersonalData, personal_data

from . import services
from .models import Attendance, Decision, Meeting, Task, Vote


def register() -> None:
    personal_data.register(
        "governance.Vote",
        PersonalData(
            model="governance.Vote",
            label="Voix que vous avez données pour une partie",
            kept=KEPT_WITH_ALLIANCE,
            rows=lambda person: Vote.objects.filter(person=person).select_related("decision", "party"),
            export=lambda row: {
                "Décision": row.decision.title,
                "Partie": row.party.name,
                "Voix": row.words,
                "Raison": row.reason,
                "Le": row.voted_at,
            },
            erase=services.forget_person,
            person_fields=("person",),
            fields=("reason",),
        ),
    )
    personal_data.register(
        "governance.Attendance",
        PersonalData(
            model="governance.Attendance",
            label="Réunions où vous avez dit venir",
            kept="avec l’alliance ; effacées avec votre compte",
            rows=lambda person: Attendance.objects.filter(person=person).select_related("meeting"),
            export=lambda row: {"Réunion": row.meeting.title, "Réponse": row.get_coming_display()},
            erase=services.forget_person,
            person_fields=("person",),
        ),
    )
    personal_data.register(
        "governance.Task",
        PersonalData(
            model="governance.Task",
            label="Actions qui vous sont confiées",
            kept=KEPT_WITH_ALLIANCE,
            rows=lambda person: Task.objects.filter(person=person),
            export=lambda row: {
                "Action": row.title,
                "Pour le": row.due_on,
                "État": row.get_state_display(),
            },
            erase=services.forget_person,
            person_fields=("person",),
        ),
    )
    register_author(Meeting, "Réunions que vous avez convoquées", "created_by")
    register_author(Decision, "Décisions que vous avez proposées", "created_by")
