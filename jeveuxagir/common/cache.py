"""The shared cache. When its server is away, pages do without; only counting (`add`, `incr`) says so."""

import logging
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


class SharedCache(RedisCache):
    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        try:
            return super().get(key, default, version)
        except RedisError:
            logger.warning("cache_down")
            return default

    def set(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> None:
        try:
            super().set(key, value, *args, **kwargs)
        except RedisError:
            logger.warning("cache_down")

    def delete(self, key: Any, version: Any = None) -> bool:
        try:
            return super().delete(key, version)
        except RedisError:
            logger.warning("cache_down")
            return False

    def get_or_set(self, key: Any, default: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().get_or_set(key, default, *args, **kwargs)
        except RedisError:
            logger.warning("cache_down")
            return default() if callable(default) else default
