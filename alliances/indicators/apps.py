from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    name = "alliances.indicators"
    label = "indicators"
    verbose_name = "Indicateurs des alliances"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import archive, lessons, notifications, panels, personal_data, reactions, signs, told

        archive.register()
        notifications.register()
        panels.register()
        personal_data.register()
        reactions.register()
        signs.register()
        told.register()
        lessons.register()
