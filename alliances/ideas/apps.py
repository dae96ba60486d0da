from django.apps import AppConfig


class IdeasConfig(AppConfig):
    name = "alliances.ideas"
    label = "ideas"
    verbose_name = "Idées"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import filings, moderation, notifications, panels, personal_data

        filings.register()
        moderation.register()
        notifications.register()
        panels.register()
        personal_data.register()
