from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "alliances.events"
    label = "events"
    verbose_name = "Événements"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import (
            filings,
            indexing,
            invariants,
            moderation,
            notifications,
            panels,
            personal_data,
            reactions,
            reports,
        )

        filings.register()
        indexing.register()
        invariants.register()
        moderation.register()
        notifications.register()
        panels.register()
        personal_data.register()
        reactions.register()
        reports.register()
