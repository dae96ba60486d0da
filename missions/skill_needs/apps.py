from django.apps import AppConfig


class SkillNeedsConfig(AppConfig):
    name = "missions.skill_needs"
    label = "skill_needs"
    verbose_name = "Besoins de compétences"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import personal_data

        personal_data.register()
