from django.apps import AppConfig


class BrigadesConfig(AppConfig):
    name = "brigades"
    label = "brigades"
    verbose_name = "Brigades"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import panels, personal_data

        panels.register()
        personal_data.register()
