from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.hostile_server import Server


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    """A server of this machine that our client may call."""
    with Server().running() as running:
        settings.LOOPBACK_PORTS = [running.port]
        yield running
