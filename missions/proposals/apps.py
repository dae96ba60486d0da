from django.apps import AppConfig


class ProposalsConfig(AppConfig):
    name = "missions.proposals"
    label = "proposals"
    verbose_name = "Propositions"
    default_auto_field = "django.db.models.BigAutoField"
