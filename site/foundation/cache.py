"""The shared cache, which may be away: then nothing is found in it, nothing is kept, and pages go on."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import ConnectionError, TimeoutError

logger = logging.getLogger(__name__)


class RestingRedisCache(RedisCache):
    """Redis; while it does not answer, an empty cache. It is asked again after `REST` seconds."""

    REST = 5.0
    _rests_until = 0.0

    def _ask(self, otherwise: Any, deed: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() < self._rests_until:
            return otherwise
        try:
            return deed(*args, **kwargs)
        except (ConnectionError, TimeoutError):
            type(self)._rests_until = time.monotonic() + self.REST
            logger.warning("The cache does not answer; going on without it")
            return otherwise

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._ask(default, super().get, key, default, version)

    def get_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask({}, super().get_many, *args, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask(False, super().has_key, *args, **kwargs)

    def add(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask(False, super().add, *args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask(None, super().set, *args, **kwargs)

    def set_many(self, data: dict[Any, Any], *args: Any, **kwargs: Any) -> Any:
        return self._ask(list(data), super().set_many, data, *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask(False, super().touch, *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask(False, super().delete, *args, **kwargs)

    def delete_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask(None, super().delete_many, *args, **kwargs)

    def clear(self) -> Any:
        return self._ask(False, super().clear)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Raises ValueError while the cache is away, as for a key that is not there."""
        count = self._ask(None, super().incr, key, delta, version)
        if count is None:
            raise ValueError(f"Key {key!r} not found: the cache does not answer.")
        return count
