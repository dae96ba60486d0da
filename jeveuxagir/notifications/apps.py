from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "jeveuxagir.notifications"
    label = "notifications"
    verbose_name = "Messages"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jeveuxagir.audit.services import subscribe

        from . import invariants, outbox, personal_data

        personal_data.register()
        invariants.register()
        subscribe("message.sent", "notifications.tell_again", outbox.tell_again)
