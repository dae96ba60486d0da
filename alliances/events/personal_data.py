"""What events hold about a person: exported with their data, forgotten with them and a year after."""

from typing import Any

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.registries import PersonalData, Retention, personal_data

from . import registering, words
from .models import Event, Note, Registration


def _registrations(person: Person) -> Any:
    return Registration.objects.of_person(person).select_related("event")


def _export(row: Registration) -> dict[str, Any]:
    return {
        "Événement": row.event.title,
        "Quand": words.when(row.event),
        "Comment": row.get_how_display(),
        "État": row.get_state_display(),
        "Votre mot pour l’organisation": row.message,
        "Demandée le": row.created_at,
    }


def _forget_events(person: Person) -> None:
    Event.objects.filter(created_by__person=person).update(created_by=None)


def _forget_notes(person: Person) -> None:
    Note.objects.filter(by__person=person).update(by=None)


def register() -> None:
    personal_data.register(
        "events.Registration",
        PersonalData(
            model="events.Registration",
            label="Inscriptions à des événements",
            erasing="vos places à venir sont rendues ; celles qui ont eu lieu restent comptées, sans votre nom",
            kept="",
            retention=(
                Retention(
                    kept_for=registering.KEPT_FOR,
                    counted_from="après l’événement",
                    then="puis comptées sans la personne",
                    expired=registering.old,
                    forget=registering.forget_rows,
                    since="event__ends_at",
                ),
            ),
            rows=_registrations,
            export=_export,
            erase=registering.forget_person,
            person_fields=("person",),
            fields=("message",),
        ),
    )
    personal_data.register(
        "events.Event",
        PersonalData(
            model="events.Event",
            label="Événements que vous avez écrits pour une organisation",
            erasing="un événement est à son organisation : il reste, sans votre nom",
            kept="Un événement est à son organisation : il reste, sans votre nom si vous effacez votre compte.",
            rows=lambda person: Event.objects.filter(created_by__person=person),
            export=lambda row: {"Événement": row.title, "Quand": words.when(row)},
            erase=_forget_events,
            person_fields=("created_by",),
        ),
    )
    personal_data.register(
        "events.Note",
        PersonalData(
            model="events.Note",
            label="Messages que vous avez écrits aux personnes inscrites",
            erasing="ils restent avec l’événement, sans votre nom",
            kept="Un message reste avec son événement, sans votre nom si vous effacez votre compte.",
            rows=lambda person: Note.objects.filter(by__person=person).select_related("event"),
            export=lambda row: {
                "Événement": row.event.title,
                "Message": row.text,
                "Écrit le": row.created_at,
            },
            erase=_forget_notes,
            person_fields=("by",),
        ),
    )
