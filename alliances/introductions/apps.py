from django.apps import AppConfig


class IntroductionsConfig(AppConfig):
    name = "alliances.introductions"
    label = "introductions"
    verbose_name = "Mises en relation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import invariants, notifications, panels, personal_data, reactions, reports

        invariants.register()
        notifications.register()
        panels.register()
        personal_data.register()
        reactions.register()
        reports.register()
