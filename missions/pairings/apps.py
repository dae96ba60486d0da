from django.apps import AppConfig


class PairingsConfig(AppConfig):
    name = "missions.pairings"
    label = "pairings"
    verbose_name = "Rapprochements de besoins et d’offres"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import notifications, panels, personal_data, reactions

        notifications.register()
        panels.register()
        personal_data.register()
        reactions.register()
