from django.apps import AppConfig


class NetworksConfig(AppConfig):
    name = "organisations.networks"
    label = "networks"
    verbose_name = "Réseaux d’organisations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import notifications, panels, personal_data, reactions

        notifications.register()
        panels.register()
        personal_data.register()
        reactions.register()
