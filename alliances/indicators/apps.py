from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    name = "alliances.indicators"
    label = "indicators"
    verbose_name = "Indicateurs des alliances"
    default_auto_field = "django.db.models.BigAutoField"
