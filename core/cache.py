"""The shared cache. While it is unavailable it reads as empty, stores nothing, and pages are served without it.

Values made from the release's own classes and templates are stored under `of_this_release(key)`, because they cannot be
read by another release. Counts and marks that all releases share have plain keys.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache as once
from hashlib import blake2b
from typing import Any

from django.conf import settings
from django.core.cache.backends.redis import RedisCache, RedisCacheClient, RedisSerializer
from django.utils.functional import cached_property
from redis.exceptions import ConnectionError, TimeoutError

from core.breaker import CircuitBreaker

logger = logging.getLogger(__name__)


UNREADABLE = object()


def of_this_release(key: str) -> str:
    return f"{release()}:{key}"


@once
def release() -> str:
    """Return a name for the code and texts that this process runs."""
    digest = blake2b(digest_size=8)
    folders = [
        settings.ROOT / name
        for name in ("community", "core", "knowledge", "locale", "search", "site", "subjects", "templates")
    ]
    for path in sorted(path for folder in folders for path in folder.rglob("*") if path.suffix != ".pyc"):
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()


class Serializer(RedisSerializer):
    def loads(self, data: Any) -> Any:
        try:
            return super().loads(data)
        except Exception as fault:  # noqa: BLE001 (pickle raises whatever the classes it looks for raise)
            logger.warning("A kept value can't be read: %s", type(fault).__name__)
            return UNREADABLE


class PersistentClient(RedisCacheClient):
    """Keeps one client for reading and one for writing. Django makes a new one for each call, which costs more than the
    call itself."""

    def __init__(self, servers: Any, **options: Any) -> None:
        super().__init__(servers, serializer=Serializer, **options)

    def get(self, key: Any, default: Any) -> Any:
        """Return `default` for a value that cannot be unpickled."""
        value = super().get(key, default)
        return default if value is UNREADABLE else value

    def get_many(self, keys: Any) -> dict[Any, Any]:
        return {key: value for key, value in super().get_many(keys).items() if value is not UNREADABLE}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        if write not in self._kept:
            self._kept[write] = super().get_client(key, write=write)
        return self._kept[write]

    @cached_property
    def _kept(self) -> dict[bool, Any]:
        return {}


class FaultTolerantRedisCache(RedisCache):
    """Redis; while it does not answer, an empty cache. It is called again after `COOLDOWN` seconds."""

    COOLDOWN = 5.0
    breaker = CircuitBreaker(COOLDOWN)

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = PersistentClient

    def _call(self, method: Callable[..., Any], *args: Any, otherwise: Any, **kwargs: Any) -> Any:
        if not self.breaker.allows_call():
            return otherwise
        try:
            return method(*args, **kwargs)
        except (ConnectionError, TimeoutError):
            self.breaker.failed()
            logger.warning("The cache does not answer; going on without it")
            return otherwise

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._call(super().get, key, default, version, otherwise=default)

    def get_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._call(super().get_many, *args, otherwise={}, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> Any:
        return self._call(super().has_key, *args, otherwise=False, **kwargs)

    # True, as with an empty cache: a lock kept in the cache is granted at once.
    def add(self, *args: Any, **kwargs: Any) -> Any:
        return self._call(super().add, *args, otherwise=True, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> Any:
        return self._call(super().set, *args, otherwise=None, **kwargs)

    def set_many(self, data: dict[Any, Any], *args: Any, **kwargs: Any) -> Any:
        return self._call(super().set_many, data, *args, otherwise=list(data), **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> Any:
        return self._call(super().touch, *args, otherwise=False, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        return self._call(super().delete, *args, otherwise=False, **kwargs)

    def delete_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._call(super().delete_many, *args, otherwise=None, **kwargs)

    def clear(self) -> Any:
        return self._call(super().clear, otherwise=False)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Raise ValueError while the cache is unavailable, as for a missing key."""
        count = self._call(super().incr, key, delta, version, otherwise=None)
        if count is None:
            raise ValueError(f"Key {key!r} not found: the cache does not answer.")
        return count
