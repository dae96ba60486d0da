from django.apps import AppConfig


class RequestsConfig(AppConfig):
    name = "volunteers.requests"
    label = "requests"
    verbose_name = "Demandes d’engagement"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import notifications, personal_data

        notifications.register()
        personal_data.register()
