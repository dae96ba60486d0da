from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "missions.alerts"
    label = "mission_alerts"
    verbose_name = "Alertes"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import filings, invariants, notifications, panels, personal_data, reactions

        filings.register()
        invariants.register()
        notifications.register()
        panels.register()
        personal_data.register()
        reactions.register()
