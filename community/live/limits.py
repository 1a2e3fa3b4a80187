"""How many sockets one reader, and all readers of one address, may hold at a time in one process.

Counted where the sockets are: a count elsewhere would outlive a process that dies. A municipality can be one address,
so that limit is high.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from core.limits import REFUSED


@dataclass
class Places:
    """At most `most` for each actor, a token as in `core.limits`."""

    name: str
    most: int
    _taken: Counter[str] = field(default_factory=Counter)

    def take(self, actor: str) -> bool:
        """Whether there was one free; who takes one gives it back."""
        if self._taken[actor] >= self.most:
            REFUSED.labels(self.name).inc()
            return False
        self._taken[actor] += 1
        return True

    def give_back(self, actor: str) -> None:
        self._taken[actor] -= 1
        if not self._taken[actor]:
            del self._taken[actor]


MEMBER = Places("sockets_of_a_member", 60)
"""Each page a member has open holds one, each conversation one more."""
ADDRESS = Places("sockets_of_an_address", 1000)
