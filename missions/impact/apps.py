from django.apps import AppConfig


class ImpactConfig(AppConfig):
    name = "missions.impact"
    label = "impact"
    verbose_name = "Ce que donnent les employeurs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import panels, personal_data

        panels.register()
        personal_data.register()
