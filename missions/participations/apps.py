from django.apps import AppConfig


class ParticipationsConfig(AppConfig):
    name = "missions.participations"
    label = "participations"
    verbose_name = "Participations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import invariants, notifications, panels, personal_data, reactions, realised, team_panels

        invariants.register()
        notifications.register()
        panels.register()
        personal_data.register()
        reactions.register()
        realised.register()
        team_panels.register()
