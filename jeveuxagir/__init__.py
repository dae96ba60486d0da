"""The platform package: settings, routes, and the apps every domain stands on."""

from .celery import app as celery_app

__all__ = ["celery_app"]
