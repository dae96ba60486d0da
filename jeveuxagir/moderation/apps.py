from django.apps import AppConfig


class ModerationConfig(AppConfig):
    name = "jeveuxagir.moderation"
    label = "moderation"
    verbose_name = "Modération"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import personal_data

        personal_data.register()
