from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    name = "alliances.governance"
    label = "governance"
    verbose_name = "Gouvernance des alliances"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import archive, notifications, panels, personal_data, reactions, signs, told

        archive.register()
        notifications.register()
        panels.register()
        personal_data.register()
        reactions.register()
        signs.register()
        told.register()
