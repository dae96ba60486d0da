"""Development and demo: embedded services, local mailbox."""

from .base import *
from .base import BASE_DIR, env

SECRET_KEY = env("SECRET_KEY", default="dev-only-not-a-secret")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
STATIC_ROOT = env("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
