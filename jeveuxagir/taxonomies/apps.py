from django.apps import AppConfig


class TaxonomiesConfig(AppConfig):
    name = "jeveuxagir.taxonomies"
    label = "taxonomies"
    verbose_name = "Vocabulaires"
    default_auto_field = "django.db.models.BigAutoField"
