"""Rate limits: so many deeds a span of time, for one actor; kept in the shared cache."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from foundation.refusals import Refusal


class TooMany(Refusal):
    status = 429
    sentence = _("That was a lot in a short time. Wait a moment and try again; nothing you wrote is lost.")


@dataclass(frozen=True)
class Limit:
    """At most `count` deeds called `name` in each window of `seconds`."""

    name: str
    count: int
    seconds: int

    def spend(self, actor: str | int) -> None:
        """Count one deed; raise `TooMany` when the window is full. A dead cache never stops anybody."""
        window = int(time.time() // self.seconds)
        key = f"limit:{self.name}:{actor}:{window}"
        cache.add(key, 0, timeout=self.seconds)
        try:
            used = cache.incr(key)
        except ValueError:
            return
        if used > self.count:
            raise TooMany
