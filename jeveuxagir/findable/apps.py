from django.apps import AppConfig


class FindableConfig(AppConfig):
    name = "jeveuxagir.findable"
    label = "findable"
    verbose_name = "Index du site"
    default_auto_field = "django.db.models.BigAutoField"
