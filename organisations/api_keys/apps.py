from django.apps import AppConfig


class ApiKeysConfig(AppConfig):
    name = "organisations.api_keys"
    label = "api_keys"
    verbose_name = "Clés d’API"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import notifications, panels, personal_data, reactions

        notifications.register()
        panels.register()
        personal_data.register()
        reactions.register()
