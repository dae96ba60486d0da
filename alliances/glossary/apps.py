from django.apps import AppConfig


class GlossaryConfig(AppConfig):
    name = "alliances.glossary"
    label = "glossary"
    verbose_name = "Glossaire"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import indexing, moderation, notifications, personal_data

        indexing.register()
        moderation.register()
        notifications.register()
        personal_data.register()
