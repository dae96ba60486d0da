"""What applications hold about a person: exported, erased at once, counted without the person."""

from datetime import datetime, timedelta
from typing import Any

from jeveuxagir.accounts.models import Person
from jeveuxagir.audit import statistics
from jeveuxagir.common.locks import lock_all
from jeveuxagir.common.registries import PersonalData, Retention, personal_data
from missions.models import Slot
from missions.words import when_in_words

from . import services
from .enums import State
from .models import Departure, Participation, PlaceAlert

YEAR = timedelta(days=365)
ENDED = (State.REALISED, State.ABSENT, State.DECLINED, State.CANCELLED)


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
        "personne à joindre": " ".join(filter(None, [row.contact_name, row.contact_phone])),
        "personnes venues": row.came,
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


def ended(moment: datetime) -> Any:
    """A team that came is not among them: its organisation still shows its day."""
    over = Participation.objects.filter(state__in=ENDED, state_changed_at__lt=moment - YEAR)
    return over.exclude(state=State.REALISED, as_team=True)


def teams_to_forget(moment: datetime) -> Any:
    came = Participation.objects.teams().filter(state=State.REALISED, person__isnull=False)
    return came.filter(state_changed_at__lt=moment - YEAR)


def forget_who_registered(teams: Any) -> None:
    """The day, the number and the organisation stay."""
    teams.update(
        person=None,
        request=None,
        message="",
        answer="",
        reasons=[],
        team_name="",
        contact_name="",
        contact_phone="",
    )


def count_and_delete(participations: Any) -> None:
    """How many, by month, department and theme, remain."""
    rows = participations.select_related("mission")
    statistics.add(
        statistics.cell(
            f"participation.{row.state}",
            row.applied_at or row.created_at,
            row.mission.department_id,
            row.mission.domain_id,
        )
        for row in rows
    )
    participations.delete()


def _lock_slots(participations: Any) -> None:
    """Deleting an application gives its seats back to the slot, which comes before it."""
    lock_all(Slot.objects.filter(pk__in=participations.values("slot")))


def _old_departures(moment: datetime) -> Any:
    return Departure.objects.filter(person__isnull=False, created_at__lt=moment - YEAR)


def register() -> None:
    personal_data.register(
        "participations.Participation",
        PersonalData(
            model="participations.Participation",
            label="Candidatures et participations",
            erasing=(
                "celles en cours sont annulées, et les organisations prévenues ; "
                "celles qui ont eu lieu restent comptées, sans votre nom ni vos messages"
            ),
            kept="",
            retention=(
                Retention(
                    kept_for=YEAR,
                    counted_from="après leur fin",
                    then="puis effacées ; seuls restent des comptes par mois, département et thème",
                    expired=ended,
                    forget=count_and_delete,
                    since="state_changed_at",
                    lock_first=_lock_slots,
                ),
                Retention(
                    kept_for=YEAR,
                    counted_from="après la venue d’une équipe",
                    then="puis reste le nombre de l’équipe et son organisation, sans personne",
                    expired=teams_to_forget,
                    forget=forget_who_registered,
                    since="state_changed_at",
                ),
            ),
            rows=_participations,
            export=_export_participation,
            erase=_erase_participations,
            person_fields=("person",),
            fields=("message", "answer", "group_name", "team_name", "contact_name", "contact_phone"),
        ),
    )
    personal_data.register(
        "participations.Departure",
        PersonalData(
            model="participations.Departure",
            label="Départs vers un partenaire",
            erasing="restent comptés, sans votre nom",
            kept="",
            retention=(
                Retention(
                    kept_for=YEAR,
                    counted_from="",
                    then="puis comptés sans la personne",
                    expired=_old_departures,
                    forget=lambda rows: rows.update(person=None, request=None),
                ),
            ),
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
            kept="",
            retention=(
                Retention(
                    kept_for=YEAR,
                    counted_from="",
                    then="puis effacées",
                    expired=lambda moment: PlaceAlert.objects.filter(created_at__lt=moment - YEAR),
                    forget=lambda rows: rows.delete(),
                ),
            ),
            rows=_alerts,
            export=lambda row: {"mission": row.mission.title, "demandée le": row.created_at},
            erase=_erase_alerts,
            person_fields=("person",),
        ),
    )
