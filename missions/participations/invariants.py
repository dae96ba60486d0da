"""What must always hold of applications and places."""

from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from jeveuxagir.common.registries import Invariant, invariants
from missions.models import Slot

from .enums import LIVE_STATES, SEAT_STATES
from .models import Participation


def _miscounted() -> Any:
    held = (
        Participation.objects.filter(slot=OuterRef("pk"), state__in=SEAT_STATES)
        .order_by()
        .values("slot")
        .annotate(n=Sum("places"))
        .values("n")
    )
    counted = Coalesce(Subquery(held, output_field=IntegerField()), Value(0))
    return Slot.objects.annotate(held=counted).exclude(taken=F("held"))


def _teams_miscounted() -> Any:
    held = (
        Participation.objects.teams()
        .filter(slot=OuterRef("pk"), state__in=SEAT_STATES)
        .order_by()
        .values("slot")
        .annotate(n=Count("pk"))
        .values("n")
    )
    counted = Coalesce(Subquery(held, output_field=IntegerField()), Value(0))
    return Slot.objects.annotate(held=counted).exclude(teams_taken=F("held"))


def register() -> None:
    invariants.register(
        "participations.teams_counted",
        Invariant("Les équipes inscrites sur un créneau sont celles de ses candidatures", _teams_miscounted),
    )
    invariants.register(
        "participations.places_counted",
        Invariant("Les places prises d’un créneau sont celles de ses candidatures", _miscounted),
    )
    invariants.register(
        "participations.overbooked",
        Invariant(
            "Aucun créneau n’a plus de places prises que de places",
            lambda: Slot.objects.filter(taken__gt=F("capacity")),
        ),
    )
    invariants.register(
        "participations.once_per_mission",
        Invariant(
            "Une personne a au plus une candidature en cours par mission",
            lambda: (
                Participation.objects.alone()
                .filter(state__in=LIVE_STATES)
                .order_by()
                .values("mission", "person")
                .annotate(n=Count("pk"))
                .filter(n__gt=1)
            ),
        ),
    )
    invariants.register(
        "participations.seat_at_a_partner",
        Invariant(
            "Aucune place n’est tenue ici pour la mission d’un partenaire",
            lambda: Participation.objects.filter(state__in=SEAT_STATES).exclude(mission__source=""),
        ),
    )
