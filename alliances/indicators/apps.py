from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    name = "alliances.indicators"
    label = "indicators"
    verbose_name = "Indicateurs des alliances"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import panels, personal_data, reactions

        panels.register()
        personal_data.register()
        reactions.register()
