"""What must always hold of events and of what they cause."""

from datetime import timedelta

from django.db.models.functions import Now

from jeveuxagir.common.registries import Invariant, invariants

from .models import Delivery, JobRun

LATE = timedelta(days=1)


def register() -> None:
    invariants.register(
        "deliveries.given_up",
        Invariant(
            "Aucune réaction à un fait n’est abandonnée",
            lambda: Delivery.objects.filter(state=Delivery.State.FAILED),
        ),
    )
    invariants.register(
        "jobs.unfinished",
        Invariant(
            "Aucune tâche périodique n’est commencée sans être finie",
            lambda: JobRun.objects.filter(finished_at=None, started_at__lt=Now() - LATE),
        ),
    )
