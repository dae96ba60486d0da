"""A registry of companies on loopback, for the tests that sign up or check an organisation."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from tests.support.hostile_server import Server


@pytest.fixture
def registry(settings: Any) -> Iterator[Server]:
    """Serve a number's answer at `/<number>`; what is not served is a 404."""
    with Server().running() as running:
        settings.LOOPBACK_PORTS = [running.port]
        settings.SIRENE_URL = running.url("/{number}")
        cache.clear()
        yield running
        cache.clear()
