"""How many sockets one member, and all readers of one IP address, may hold at a time in one process.

Each process counts its own sockets: a count elsewhere would outlive a process that dies. A whole municipality can have
one address, so that limit is high.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from core.limits import REFUSED


@dataclass
class SocketLimit:
    """Allows `most` sockets for each actor, a token as in `core.limits`."""

    name: str
    most: int
    _held: Counter[str] = field(default_factory=Counter)

    def acquire(self, actor: str) -> bool:
        """Return whether the actor may hold one more. If so, it must be released."""
        if self._held[actor] >= self.most:
            REFUSED.labels(self.name).inc()
            return False
        self._held[actor] += 1
        return True

    def release(self, actor: str) -> None:
        self._held[actor] -= 1
        if not self._held[actor]:
            del self._held[actor]


MEMBER = SocketLimit("sockets_of_a_member", 60)
"""Each open page holds one socket."""
ADDRESS = SocketLimit("sockets_of_an_address", 1000)
