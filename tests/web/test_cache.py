"""A cache server that hangs costs one wait, not one for each question of each page."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from redis.exceptions import RedisError

from jeveuxagir.common import cache as shared
from jeveuxagir.common.cache import SharedCache


@pytest.fixture
def hung() -> Iterator[tuple[SharedCache, socket.socket]]:
    """A server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        server.setblocking(False)
        address = f"redis://127.0.0.1:{server.getsockname()[1]}"
        options = {"socket_timeout": 0.2, "socket_connect_timeout": 0.2}
        yield SharedCache(address, {"OPTIONS": options}), server


def calls(server: socket.socket) -> int:
    """How many connections were made since the last time."""
    made = 0
    while True:
        try:
            server.accept()[0].close()
        except BlockingIOError:
            return made
        made += 1


def test_a_server_that_hangs_is_not_asked_again_at_once(hung):
    cache, server = hung
    assert cache.get("a", "without") == "without"
    assert calls(server)
    for _ in range(10):
        assert cache.get("a", "without") == "without"
        cache.set("a", 1)
        cache.delete("a")
        assert cache.get_or_set("a", lambda: 2) == 2
    for count in (lambda: cache.add("n", 0), lambda: cache.incr("n")):
        with pytest.raises(RedisError):  # what counts says so: the limits that must then refuse
            count()
    assert calls(server) == 0


def test_it_is_asked_again_after_a_pause(hung, monkeypatch):
    cache, server = hung
    monkeypatch.setattr(shared, "PAUSE_SECONDS", 0.0)
    cache.get("a")
    calls(server)
    cache.get("a")
    assert calls(server)
