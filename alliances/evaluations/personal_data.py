"""What evaluations hold about a person: that they answered for a party, and the sentences they wrote."""

from alliances.personal_data import KEPT_WITH_ALLIANCE, register_author
from jeveuxagir.common.registries import PersonalData, personal_data

from . import sealed, services
from .models import Answer, Round


def register() -> None:
    personal_data.register(
        "evaluations.Answer",
        PersonalData(
            model="evaluations.Answer",
            label="Évaluations auxquelles vous avez répondu pour une partie",
            kept=KEPT_WITH_ALLIANCE,
            rows=lambda person: Answer.objects.filter(person=person).select_related("round", "party"),
            export=lambda row: {
                "Évaluation": row.round.label,
                "Partie": row.party.name,
                "Nom": row.author_name,
                "Qualité": row.capacity,
                "État": row.get_state_display(),
                "Le": row.sent_at or row.saved_at,
            },
            erase=services.forget_person,
            person_fields=("person",),
            fields=("author_name", "capacity"),
        ),
    )
    personal_data.register(
        "evaluations.Score",
        PersonalData(
            model="evaluations.Score",
            label="Ce que vous avez répondu à une évaluation",
            kept="avec l’alliance ; la note reste, sans vos mots, si vous effacez votre compte",
            rows=sealed.written_by,
            export=lambda row: {
                "Évaluation": row.answer.round.label,
                "Question": row.get_question_display(),
                "Note": row.score,
                "Phrase": row.sentence,
            },
            erase=services.forget_person,
            person_fields=(),
            fields=("sentence",),
        ),
    )
    register_author(Round, "Évaluations que vous avez ouvertes", "opened_by", "opened_at")
