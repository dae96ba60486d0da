from django.apps import AppConfig


class StatementsConfig(AppConfig):
    name = "alliances.statements"
    label = "statements"
    verbose_name = "Témoignages"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import indexing, moderation, notifications, panels, personal_data, reports

        indexing.register()
        moderation.register()
        notifications.register()
        panels.register()
        personal_data.register()
        reports.register()
