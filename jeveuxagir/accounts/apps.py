from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "jeveuxagir.accounts"
    label = "accounts"
    verbose_name = "Personnes et comptes"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jeveuxagir.common.registries import role_sources

        from .roles import granted_roles

        role_sources.register("grants", granted_roles)
