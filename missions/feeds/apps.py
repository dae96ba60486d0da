from django.apps import AppConfig


class FeedsConfig(AppConfig):
    name = "missions.feeds"
    label = "feeds"
    verbose_name = "Flux des partenaires"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import moderation, notifications, personal_data

        moderation.register()
        notifications.register()
        personal_data.register()
