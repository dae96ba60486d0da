"""The test suite: real services started by tests/conftest.py."""

import os
import tempfile

from .base import *

SECRET_KEY = "test-only-not-a-secret"
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STATIC_ROOT = None  # type: ignore[assignment]  # WhiteNoise would scan it for every test client
# What each test database is copied from (tests/conftest.py); without it, one is migrated from nothing.
DATABASES["default"]["TEST"] = {"TEMPLATE": env("TEST_DATABASE_TEMPLATE", default=None)}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PRIVATE_FILES = env(
    "PRIVATE_FILES", default=f"{tempfile.gettempdir()}/jva-files-{os.getpid()}"
)  # tests/conftest.py forgets it
# Without the `valkey` fixture a wake-up goes nowhere, at once.
CELERY_BROKER_URL = env("CELERY_BROKER_URL", default="memory://")

# Any other write while answering a GET fails the test: sessions, their list, limits, the read log and the day a key
# last served may.
MIDDLEWARE = ["tests.support.read_only.GetChangesNothing", *MIDDLEWARE]
GET_MAY_WRITE = {
    "django_session",
    "usersessions_usersession",
    "accounts_limit",
    "accounts_readlog",
    "api_keys_lastuse",
}

BOT_MINIMUM_SECONDS = 0
SEARCH_TERMS_SECONDS = 0
