from django.apps import AppConfig


class SponsorshipsConfig(AppConfig):
    name = "missions.sponsorships"
    label = "sponsorships"
    verbose_name = "Mises à disposition"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import (
            invariants,
            neighbours,
            network_time,
            notifications,
            panels,
            personal_data,
            reactions,
            verify,
        )

        invariants.register()
        neighbours.register()
        network_time.register()
        notifications.register()
        panels.register()
        personal_data.register()
        reactions.register()
        verify.register()
