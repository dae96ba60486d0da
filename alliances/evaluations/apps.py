from django.apps import AppConfig


class EvaluationsConfig(AppConfig):
    name = "alliances.evaluations"
    label = "evaluations"
    verbose_name = "Évaluations des alliances"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import archive, invariants, notifications, panels, personal_data, reactions, signs, told

        archive.register()
        invariants.register()
        notifications.register()
        panels.register()
        personal_data.register()
        reactions.register()
        signs.register()
        told.register()
