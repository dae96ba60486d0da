from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "jeveuxagir.accounts"
    label = "accounts"
    verbose_name = "Personnes et comptes"
    default_auto_field = "django.db.models.BigAutoField"
