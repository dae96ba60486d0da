from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "jeveuxagir.api"
    label = "api"
    verbose_name = "interface de programmation"
