from django.apps import AppConfig


class ExamplesConfig(AppConfig):
    name = "alliances.examples"
    label = "examples"
    verbose_name = "Exemples inspirants"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from alliances.library import moderation, reports

        from . import indexing, notifications, panels, personal_data, reactions
        from .models import Example

        indexing.register()
        moderation.register(Example)
        notifications.register()
        panels.register()
        personal_data.register()
        reactions.register()
        reports.register(Example, "examples:one")
