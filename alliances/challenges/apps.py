from django.apps import AppConfig


class ChallengesConfig(AppConfig):
    name = "alliances.challenges"
    label = "challenges"
    verbose_name = "Problèmes communs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import archive, indexing, moderation, notifications, panels, personal_data, reports

        archive.register()
        indexing.register()
        moderation.register()
        notifications.register()
        panels.register()
        personal_data.register()
        reports.register()
