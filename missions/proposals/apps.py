from django.apps import AppConfig


class ProposalsConfig(AppConfig):
    name = "missions.proposals"
    label = "proposals"
    verbose_name = "Propositions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import notifications, panels, personal_data, reactions

        notifications.register()
        panels.register()
        personal_data.register()
        reactions.register()
