"""Facts that this package announces."""

from __future__ import annotations

from dataclasses import dataclass

from core.signals import Fact


@dataclass(frozen=True)
class Unsubscribed:
    """`member_id` is None for an address without an account."""

    address_id: int
    member_id: int | None
    stream: str


@dataclass(frozen=True)
class Resubscribed:
    address_id: int
    member_id: int | None
    stream: str


unsubscribed = Fact()
resubscribed = Fact()
