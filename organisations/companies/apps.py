from django.apps import AppConfig


class CompaniesConfig(AppConfig):
    name = "organisations.companies"
    label = "companies"
    verbose_name = "Employeurs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import notifications, panels, personal_data, reactions

        notifications.register()
        panels.register()
        personal_data.register()
        reactions.register()
