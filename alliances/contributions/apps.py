from django.apps import AppConfig


class ContributionsConfig(AppConfig):
    name = "alliances.contributions"
    label = "contributions"
    verbose_name = "Contributions aux alliances"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import panels, personal_data, reactions

        panels.register()
        personal_data.register()
        reactions.register()
