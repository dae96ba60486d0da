from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "jeveuxagir.ui"
    label = "ui"
    verbose_name = "Composants d’interface"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.core.validators import validate_email

        # the site's words, and how to mend it: every e-mail field asks this one
        validate_email.message = "Écrivez une adresse électronique complète, par exemple nom@exemple.fr."
