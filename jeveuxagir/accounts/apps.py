from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "jeveuxagir.accounts"
    label = "accounts"
    verbose_name = "Personnes et comptes"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from jeveuxagir.common.registries import role_sources, to_do
        from jeveuxagir.ui.spaces import MyPage, my_pages, space_sources

        from . import notifications, personal_data, reactions, roles, signals, spaces, todo

        role_sources.register("grants", roles.granted_roles)
        to_do.register("account", todo.account)
        space_sources.register("brigade", spaces.staff_spaces)
        notifications.register_kinds()
        personal_data.register()
        reactions.subscribe_all()
        signals.connect()
        my_pages.register("home", MyPage("À faire", "accounts:my_space", order=0))
        my_pages.register("profile", MyPage("Mon profil", "accounts:profile", order=80))
        my_pages.register("sign_ins", MyPage("Mes connexions", "usersessions_list", order=85))
        my_pages.register("data", MyPage("Mes données", "accounts:my_data", order=90))
