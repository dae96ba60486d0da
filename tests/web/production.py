"""Production's own security settings, laid over the test settings."""

import importlib
import os
from typing import Any
from unittest import mock

PREFIXES = (
    "SECURE_",
    "SESSION_COOKIE_",
    "CSRF_",
    "CONTENT_SECURITY_POLICY",
    "PERMISSIONS_POLICY",
    "X_FRAME_",
)


def use_production_security(settings: Any) -> None:
    with mock.patch.dict(os.environ, {"SECRET_KEY": "only-for-this-import"}):
        production = importlib.import_module("jeveuxagir.settings.production")
    for name in dir(production):
        if name.isupper() and name.startswith(PREFIXES):
            setattr(settings, name, getattr(production, name))
