from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "jeveuxagir.audit"
    label = "audit"
    verbose_name = "Journal des faits"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import personal_data, rules

        personal_data.register()
        rules.register()
