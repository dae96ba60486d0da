from django.apps import AppConfig


class ParticipationsConfig(AppConfig):
    name = "missions.participations"
    label = "participations"
    verbose_name = "Participations"
    default_auto_field = "django.db.models.BigAutoField"
