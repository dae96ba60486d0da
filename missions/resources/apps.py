from django.apps import AppConfig


class ResourcesConfig(AppConfig):
    name = "missions.resources"
    label = "resources"
    verbose_name = "Besoins de moyens"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import (
            indexing,
            invariants,
            moderation,
            network_needs,
            notifications,
            panels,
            personal_data,
            reactions,
            reports,
        )

        indexing.register()
        invariants.register()
        moderation.register()
        network_needs.register()
        notifications.register()
        panels.register()
        personal_data.register()
        reactions.register()
        reports.register()
