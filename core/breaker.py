"""A circuit breaker, for a part that can be down: the cache, the database, a search backend, the mail server."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class CircuitBreaker:
    """Stops calls to a part for `cooldown` seconds after a failure, so that callers do not each wait for its timeout.

    The caller asks `allows_call()` first, and reports the outcome with `failed()` or `succeeded()`. After the cooldown
    all callers are let through again; with `single_probe` only one at a time is, until one succeeds. Thread-safe.
    """

    def __init__(
        self, cooldown: float, *, single_probe: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.cooldown_until: float | None = None
        self._cooldown = cooldown
        self._single_probe = single_probe
        self._clock = clock
        self._lock = threading.Lock()

    def is_cooling_down(self) -> bool:
        until = self.cooldown_until
        return until is not None and self._clock() < until

    def allows_call(self) -> bool:
        """Return whether the part may be called now. With `single_probe` and after a cooldown, True starts another
        cooldown for the other callers."""
        if self.cooldown_until is None:
            return True
        with self._lock:
            if self.is_cooling_down():
                return False
            if self._single_probe and self.cooldown_until is not None:
                self.cooldown_until = self._clock() + self._cooldown
            return True

    def failed(self) -> bool:
        """Start a cooldown. Return whether the part worked until now."""
        with self._lock:
            has_changed = self.cooldown_until is None
            self.cooldown_until = self._clock() + self._cooldown
            return has_changed

    def succeeded(self) -> bool:
        """End the cooldown. Return whether the part had failed until now."""
        if self.cooldown_until is None:
            return False
        with self._lock:
            has_changed = self.cooldown_until is not None
            self.cooldown_until = None
            return has_changed
