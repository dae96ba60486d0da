from django.apps import AppConfig


class ExchangesConfig(AppConfig):
    name = "alliances.exchanges"
    label = "exchanges"
    verbose_name = "Échanges des alliances"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import archive, invariants, notifications, panels, personal_data, reports, told

        archive.register()
        invariants.register()
        notifications.register()
        panels.register()
        personal_data.register()
        reports.register()
        told.register()
