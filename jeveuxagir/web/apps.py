from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "jeveuxagir.web"
    label = "web"
    verbose_name = "Pages publiques"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import checks, contact  # noqa: F401

        contact.register()
