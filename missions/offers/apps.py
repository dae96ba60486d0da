from django.apps import AppConfig


class OffersConfig(AppConfig):
    name = "missions.offers"
    label = "offers"
    verbose_name = "Offres de mécénat de compétences"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import indexing, moderation, notifications, panels, personal_data, reactions

        indexing.register()
        moderation.register()
        notifications.register()
        panels.register()
        personal_data.register()
        reactions.register()
