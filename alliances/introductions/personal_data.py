"""What introductions hold about a person: whom to write to, who answered, who proposed."""

from typing import Any

from django.db.models import Q

from alliances.personal_data import register_author
from jeveuxagir.accounts.models import Person
from jeveuxagir.accounts.services import addresses_of
from jeveuxagir.common.registries import PersonalData, Retention, personal_data

from . import services
from .models import Introduction, Side


def _sides(person: Person) -> Any:
    """One's own alone: never what the other side gave."""
    mine = Q(answered_by__person=person) | Q(contact_email__in=addresses_of(person))
    return (
        Side.objects.filter(mine).select_related("introduction__first", "introduction__second").order_by("pk")
    )


def _old_sides(moment: Any) -> Any:
    return Side.objects.filter(introduction__in=services.old(moment))


def _forget_sides(rows: Any) -> Any:
    """With the introduction, once for its two sides."""
    return Introduction.objects.filter(sides__in=rows).delete()


def register() -> None:
    personal_data.register(
        "introductions.Side",
        PersonalData(
            model="introductions.Side",
            label="Mises en relation auxquelles vous avez répondu",
            kept="Vos coordonnées ne sont données à l’autre organisation que si les deux ont accepté ; si la mise en "
            "relation n’a pas lieu, elles sont effacées aussitôt.",
            erasing="la mise en relation reste, sans vos coordonnées ni vos mots ; un courriel déjà reçu reste chez "
            "qui l’a reçu",
            retention=(
                Retention(
                    kept_for=services.KEPT,
                    counted_from="après la fin de la mise en relation",
                    then="puis effacées",
                    expired=_old_sides,
                    forget=_forget_sides,
                    since="introduction__state_changed_at",
                ),
            ),
            rows=_sides,
            export=lambda row: {
                "Mise en relation": str(row.introduction),
                "Votre réponse": row.get_answer_display(),
                "Répondu le": row.answered_at,
                "Nom donné": row.contact_name,
                "Adresse donnée": row.contact_email,
                "Téléphone donné": row.contact_phone,
                "Raison": row.reason,
                "Suite": row.note,
            },
            erase=services.forget_person,
            person_fields=("answered_by",),
            fields=("contact_name", "contact_email", "contact_phone", "reason", "note"),
        ),
    )
    register_author(Introduction, "Mises en relation que vous avez proposées", "proposed_by")
