from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "organisations"
    label = "organisations"
    verbose_name = "Organisations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jeveuxagir.common.registries import role_sources
        from jeveuxagir.ui.spaces import space_sources

        from . import indexing, moderation, notifications, panels, personal_data, reports, roles, spaces

        role_sources.register("organisations", roles.member_roles)
        space_sources.register("organisations", spaces.spaces_of_user)
        indexing.register()
        moderation.plug_in()
        notifications.register()
        personal_data.register()
        reports.register()
        panels.register()
