from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "jeveuxagir.notifications"
    label = "notifications"
    verbose_name = "Messages"
    default_auto_field = "django.db.models.BigAutoField"
