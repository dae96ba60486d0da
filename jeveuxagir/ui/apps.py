from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "jeveuxagir.ui"
    label = "ui"
    verbose_name = "Composants d’interface"
    default_auto_field = "django.db.models.BigAutoField"
