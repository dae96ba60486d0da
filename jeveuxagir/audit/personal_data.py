"""Events name who acted, by an id. Erasing a person keeps the fact and forgets the actor."""

from typing import Any

from django.db import connection, transaction

from jeveuxagir.common.registries import PersonalData, personal_data

from .models import ERASING_SETTING, Event


def _events(person: Any) -> Any:
    return Event.objects.filter(actor__person=person).order_by("pk")


@transaction.atomic
def forget_actor(person: Any) -> None:
    """Events are append-only, save for this: the setting holds for this statement's transaction only."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, 'on', true)", [ERASING_SETTING])
        _events(person).order_by().update(actor=None)
        cursor.execute("SELECT set_config(%s, 'off', true)", [ERASING_SETTING])


def register() -> None:
    personal_data.register(
        "audit.Event",
        PersonalData(
            model="audit.Event",
            label="Journal des faits",
            erasing="les faits restent, sans votre nom",
            kept="Le fait est gardé, sans le nom de son auteur après l’effacement du compte.",
            rows=_events,
            export=lambda row: {"Fait": row.verb, "Objet": row.subject_type, "Le": row.created_at},
            erase=forget_actor,
            person_fields=("actor",),
        ),
    )
