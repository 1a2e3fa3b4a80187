"""What this room announces."""

from __future__ import annotations

from dataclasses import dataclass

from django.dispatch import Signal


@dataclass(frozen=True)
class WorkChanged:
    """STATE: something a reader can see of a work changed, or it appeared or went. May repeat."""

    work_id: int


work_changed = Signal()
