from django.apps import AppConfig


class LibraryConfig(AppConfig):
    name = "alliances.library"
    label = "library"
    verbose_name = "Bibliothèque"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import helping, indexing, moderation, notifications, panels, personal_data, reports
        from .models import Method, Network, Resource

        indexing.register()
        for model in (Method, Resource, Network):
            moderation.register(model)
        helping.register()
        notifications.register()
        panels.register()
        personal_data.register()
        reports.register(Method, "library:method")
        reports.register(Resource, "library:resource")
        reports.register(Network, "library:network")
