"""Whether PostgreSQL is away, as this process's pool of connections finds out.

A pool of psycopg tries to connect for `reconnect_timeout`, and then does nothing until another connection is requested;
requests that already wait get none. `keep_trying` makes it go on, and stores a failure, so that a request does not
have to wait to learn the same.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psycopg_pool import ConnectionPool

MEMORY = 5.0
"""Seconds for which a failure to connect is believed. The pool tries more often, so this ends nothing by itself."""

_failed: tuple[ConnectionPool[Any], float] | None = None


def keep_trying(pool: ConnectionPool[Any]) -> None:
    """The pool's `reconnect_failed`: drop the idle connections that broke, and try to connect again.

    While one idle connection still works the server is there, and only refused another."""
    global _failed
    pool.check()
    _failed = None if has_idle(pool) else (pool, time.monotonic())


def is_away() -> bool:
    """Whether the last attempt to connect failed, and no connection has become free since."""
    if _failed is None:
        return False
    pool, since = _failed
    return time.monotonic() < since + MEMORY and not has_idle(pool)


def is_back() -> None:
    """A connection works."""
    global _failed
    _failed = None


def has_idle(pool: ConnectionPool[Any]) -> bool:
    return pool.get_stats()["pool_available"] > 0
