from django.apps import AppConfig


class AlliancesConfig(AppConfig):
    name = "alliances"
    label = "alliances"
    verbose_name = "Alliances"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jeveuxagir.common.registries import role_sources
        from jeveuxagir.ui.spaces import space_sources

        from . import (
            archive,
            indexing,
            invariants,
            moderation,
            notifications,
            owing,
            panels,
            personal_data,
            reactions,
            reports,
            signs,
            told,
        )
        from .roles import party_roles
        from .spaces import spaces_of_user

        role_sources.register("alliances", party_roles)
        space_sources.register("alliances", spaces_of_user)
        archive.register()
        indexing.register()
        invariants.register()
        moderation.register()
        notifications.register()
        owing.register()
        panels.register()
        personal_data.register()
        reactions.register()
        reports.register()
        signs.register()
        told.register()
