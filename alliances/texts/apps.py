from django.apps import AppConfig


class TextsConfig(AppConfig):
    name = "alliances.texts"
    label = "texts"
    verbose_name = "Chartes et conventions"
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
