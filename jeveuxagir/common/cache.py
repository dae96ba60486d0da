"""The shared cache. When its server is away, pages do without; only counting (`add`, `incr`) says so.

A server that no longer answers is not asked again for a few seconds: else each page would wait for it, several times.
"""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError, TimeoutError

logger = logging.getLogger(__name__)

#: how long a server that kept us waiting is left alone
PAUSE_SECONDS = 5.0


class SharedCache(RedisCache):
    #: address → until when it is left alone; for all threads of the process
    _silent_until: dict[str, float] = {}

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._address = str(server)

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        ask = super().get
        return self._or(default, lambda: ask(key, default, version))

    def set(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> None:
        ask = super().set
        self._or(None, lambda: ask(key, value, *args, **kwargs))

    def delete(self, key: Any, version: Any = None) -> bool:
        ask = super().delete
        return bool(self._or(False, lambda: ask(key, version)))

    def add(self, *args: Any, **kwargs: Any) -> bool:
        ask = super().add
        return bool(self._ask(lambda: ask(*args, **kwargs)))

    def incr(self, *args: Any, **kwargs: Any) -> int:
        ask = super().incr
        return int(self._ask(lambda: ask(*args, **kwargs)))

    def get_or_set(self, key: Any, default: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().get_or_set(key, default, *args, **kwargs)
        except RedisError:
            logger.warning("cache_down")
            return default() if callable(default) else default

    def _or(self, otherwise: Any, ask: Callable[[], Any]) -> Any:
        try:
            return self._ask(ask)
        except RedisError:
            logger.warning("cache_down")
            return otherwise

    def _ask(self, ask: Callable[[], Any]) -> Any:
        if time.monotonic() < self._silent_until.get(self._address, 0):
            raise TimeoutError("left alone: it did not answer a moment ago")
        try:
            return ask()
        except TimeoutError:
            self._silent_until[self._address] = time.monotonic() + PAUSE_SECONDS
            raise
