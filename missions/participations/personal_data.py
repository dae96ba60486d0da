"""What applications hold about a person: exported, erased at once, counted without the person."""

from typing import Any

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.registries import PersonalData, personal_data
from missions.words import when_in_words

from . import services
from .models import Departure, Participation, PlaceAlert


def _participations(person: Person) -> Any:
    return Participation.objects.of_person(person).select_related("mission__organisation", "slot")


def _export_participation(row: Participation) -> dict[str, Any]:
    return {
        "mission": row.mission.title,
        "organisation": row.mission.organisation.name,
        "créneau": when_in_words(row.slot),
        "état": row.get_state_display(),
        "candidature le": row.applied_at,
        "groupe": row.group_in_words,
        "message": row.message,
        "raisons": [reason.get("text", "") for reason in row.reasons],
        "réponse de l’organisation": row.answer,
        "réponse le": row.answered_at,
        "raison du refus": row.get_decline_reason_display(),
        "raison de l’annulation": row.cancel_reason,
    }


def _erase_participations(person: Person) -> None:
    """What is going on is cancelled, so that organisations know; what happened stays counted, without a word of it."""
    services.forget_person(person)


def _departures(person: Person) -> Any:
    return Departure.objects.filter(person=person).select_related("mission")


def _export_departure(row: Departure) -> dict[str, Any]:
    return {
        "mission": row.mission.title,
        "partenaire": row.mission.source_name,
        "le": row.created_at,
        "candidature faite": row.get_answer_display(),
    }


def _forget_departures(person: Person) -> None:
    _departures(person).update(person=None, request=None)


def _alerts(person: Person) -> Any:
    return PlaceAlert.objects.filter(person=person).select_related("mission")


def _erase_alerts(person: Person) -> None:
    _alerts(person).delete()


def register() -> None:
    personal_data.register(
        "participations.Participation",
        PersonalData(
            model="participations.Participation",
            label="Candidatures et participations",
            kept="1 an après leur fin, puis des chiffres par mois, lieu et thème.",
            rows=_participations,
            export=_export_participation,
            erase=_erase_participations,
            person_fields=("person",),
            fields=("message", "answer", "group_name"),
        ),
    )
    personal_data.register(
        "participations.Departure",
        PersonalData(
            model="participations.Departure",
            label="Départs vers un partenaire",
            kept="1 an, puis comptés sans la personne.",
            rows=_departures,
            export=_export_departure,
            erase=_forget_departures,
            person_fields=("person",),
        ),
    )
    personal_data.register(
        "participations.PlaceAlert",
        PersonalData(
            model="participations.PlaceAlert",
            label="Alertes de place",
            kept="Jusqu’à l’alerte, 1 an au plus.",
            rows=_alerts,
            export=lambda row: {"mission": row.mission.title, "demandée le": row.created_at},
            erase=_erase_alerts,
            person_fields=("person",),
        ),
    )
