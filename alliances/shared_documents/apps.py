from django.apps import AppConfig


class SharedDocumentsConfig(AppConfig):
    name = "alliances.shared_documents"
    label = "shared_documents"
    verbose_name = "Documents des alliances"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import archive, files, invariants, moderation, notifications, panels, personal_data, told

        archive.register()
        files.register()
        invariants.register()
        moderation.register()
        notifications.register()
        panels.register()
        personal_data.register()
        told.register()
