"""What must always hold of alerts."""

from datetime import timedelta

from django.db.models.functions import Now

from jeveuxagir.common.registries import Invariant, invariants

from .models import AlertHit, NewMission

LATE = timedelta(hours=6)


def register() -> None:
    invariants.register(
        "alerts.forgotten_missions",
        Invariant(
            "Les alertes sont interrogées sur chaque mission ouverte dans les six heures",
            lambda: NewMission.objects.filter(created_at__lt=Now() - LATE),
        ),
    )
    invariants.register(
        "alerts.silent",
        Invariant(
            "Rien n’attend dans une alerte en pause ou terminée",
            lambda: AlertHit.objects.filter(told_at__isnull=True).exclude(
                alert__paused_at__isnull=True, alert__ended_at__isnull=True
            ),
        ),
    )
