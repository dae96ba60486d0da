from django.apps import AppConfig


class ProgrammeConfig(AppConfig):
    name = "alliances.programme"
    label = "programme"
    verbose_name = "Programme"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import indexing, moderation, notifications, panels, personal_data, reports

        indexing.register()
        moderation.register()
        notifications.register()
        panels.register()
        personal_data.register()
        reports.register()
