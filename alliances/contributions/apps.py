from django.apps import AppConfig


class ContributionsConfig(AppConfig):
    name = "alliances.contributions"
    label = "contributions"
    verbose_name = "Contributions aux alliances"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import archive, lessons, panels, personal_data, reactions, signs, told

        archive.register()
        panels.register()
        personal_data.register()
        reactions.register()
        signs.register()
        told.register()
        lessons.register()
