"""Every route of the site. Each app owns its own urls.py; this file only mounts them."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
