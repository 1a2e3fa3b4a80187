"""Whether PostgreSQL is unavailable, as this process's pool of connections last found.

A pool of psycopg tries to connect for `reconnect_timeout`. Then it stops until another connection is requested, and
requests that already wait get none. `keep_trying` makes the pool go on. It also stores the failure, so that the next
request fails at once instead of waiting for a timeout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.breaker import CircuitBreaker

if TYPE_CHECKING:
    from psycopg_pool import ConnectionPool

COOLDOWN = 5.0
"""Seconds for which a failure to connect counts. The pool tries more often, so the cooldown's end changes nothing."""

_breaker = CircuitBreaker(COOLDOWN)
_failed_pool: ConnectionPool[Any] | None = None


def keep_trying(pool: ConnectionPool[Any]) -> None:
    """The pool's `reconnect_failed`: drop the idle connections that broke, and try to connect again.

    While one idle connection still works, the server runs and only refused another connection."""
    global _failed_pool
    pool.check()
    if has_idle(pool):
        _breaker.succeeded()
    else:
        _failed_pool = pool
        _breaker.failed()


def is_unavailable() -> bool:
    """Return whether the last attempt to connect failed, and no connection has become idle since."""
    return _breaker.is_cooling_down() and _failed_pool is not None and not has_idle(_failed_pool)


def connected() -> None:
    """Note that a connection works."""
    _breaker.succeeded()


def has_idle(pool: ConnectionPool[Any]) -> bool:
    return pool.get_stats()["pool_available"] > 0
