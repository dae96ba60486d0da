"""What alerts hold about a person: exported, deleted at once when the person leaves."""

from typing import Any

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.registries import PersonalData, Retention, personal_data

from . import services
from .models import SavedSearch


def _alerts(person: Person) -> Any:
    return SavedSearch.objects.of_person(person).order_by("created_at")


def _erase(person: Person) -> None:
    _alerts(person).order_by().delete()
    if person.email:
        SavedSearch.objects.filter(contact__email__iexact=person.email).delete()


def register() -> None:
    personal_data.register(
        "mission_alerts.SavedSearch",
        PersonalData(
            model="mission_alerts.SavedSearch",
            label="Alertes sur les nouvelles missions",
            kept="Tant que vous les gardez ; sans confirmation, elles partent avec le dépôt.",
            retention=(
                Retention(
                    kept_for=services.KEPT_AFTER_END,
                    counted_from="après leur fin",
                    then="puis effacées",
                    expired=services.ended_long_ago,
                    forget=lambda rows: rows.delete(),
                    since="ended_at",
                ),
            ),
            rows=_alerts,
            export=lambda row: {
                "Nom": row.label,
                "Recherche": row.query,
                "Rythme": row.get_rhythm_display(),
                "Créée le": row.created_at,
                "En pause depuis le": row.paused_at,
                "Dernier message le": row.told_at,
            },
            erase=_erase,
            person_fields=("person", "contact"),
            fields=("query", "label"),
        ),
    )
