"""What must always hold in the outbox."""

from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from jeveuxagir.common.registries import Invariant, invariants

from .enums import Rhythm
from .models import Message, Preference

LATE = timedelta(hours=1)
FORGOTTEN = timedelta(days=3)


def register() -> None:
    invariants.register(
        "messages.held_for_ever",
        Invariant(
            "Aucun message n’est tenu plus d’une heure par un expéditeur",
            lambda: Message.objects.filter(state__in=["claimed", "sending"], lease_until__lt=Now() - LATE),
        ),
    )
    invariants.register(
        "messages.sent_without_a_try",
        Invariant(
            "Aucun message n’est dit envoyé sans essai",
            lambda: Message.objects.filter(state="sent", attempts=0, sending_at__isnull=False),
        ),
    )
    invariants.register(
        "messages.stopped_but_waiting",
        Invariant(
            "Aucun message arrêté par son destinataire n’attend d’être envoyé",
            lambda: Message.objects.filter(
                Exists(
                    Preference.objects.filter(
                        person=OuterRef("person"), kind=OuterRef("kind"), rhythm=Rhythm.NEVER
                    )
                ),
                state__in=["pending", "grouped"],
            ),
        ),
    )
    invariants.register(
        "messages.digest_forgotten",
        Invariant(
            "Aucun message n’attend un récapitulatif plus de trois jours",
            lambda: Message.objects.filter(
                state="grouped", created_at__lt=Now() - FORGOTTEN, not_before__lt=Now() - FORGOTTEN
            ),
        ),
    )
