from django.apps import AppConfig


class ModerationConfig(AppConfig):
    name = "jeveuxagir.moderation"
    label = "moderation"
    verbose_name = "Modération"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import notifications, personal_data, reports

        personal_data.register()
        notifications.register()
        reports.plug_in()
