from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "jeveuxagir.notifications"
    label = "notifications"
    verbose_name = "Messages"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jeveuxagir.audit.services import subscribe
        from jeveuxagir.ui.spaces import MyPage, my_pages

        from . import digests, invariants, outbox, personal_data

        digests.register()
        personal_data.register()
        invariants.register()
        subscribe("message.sent", "notifications.tell_again", outbox.tell_again)
        my_pages.register("messages", MyPage("Mes messages", "notifications:history", order=60))
        my_pages.register("preferences", MyPage("Ce que je reçois", "notifications:preferences", order=70))
