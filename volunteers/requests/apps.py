from django.apps import AppConfig

from jeveuxagir.common.registries import person_departments


class RequestsConfig(AppConfig):
    name = "volunteers.requests"
    label = "requests"
    verbose_name = "Demandes d’engagement"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import notifications, personal_data, services

        notifications.register()
        personal_data.register()
        person_departments.register("requests", services.departments_of)
