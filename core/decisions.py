"""Decisions: what a policy answers, with its reason."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise

from core.refusals import NotAllowed


@dataclass(frozen=True)
class Decision:
    allowed: bool
    reason: str | Promise = ""

    def __bool__(self) -> bool:
        return self.allowed

    def require(self) -> None:
        """Raise `NotAllowed` with the reason unless allowed."""
        if not self.allowed:
            raise NotAllowed(self.reason)


ALLOWED = Decision(allowed=True)


def refused(reason: str | Promise) -> Decision:
    return Decision(allowed=False, reason=reason)
