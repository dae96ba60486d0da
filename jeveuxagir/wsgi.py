"""WSGI entry point."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jeveuxagir.settings.production")
os.environ.setdefault("DATABASE_POOL", "true")  # the web process alone pools its connections
application = get_wsgi_application()
