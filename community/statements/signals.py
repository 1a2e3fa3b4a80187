"""Signals of this package."""

from __future__ import annotations

from dataclasses import dataclass

from django.dispatch import Signal

from core.signals import Fact


@dataclass(frozen=True)
class StatementsChanged:
    """STATE: these statements were written, deleted, or changed in a way that readers see. May repeat."""

    statement_ids: tuple[int, ...]


statements_changed = Signal()


@dataclass(frozen=True)
class StatementEndsSoon:
    """FACT: the last day of a statement is near, and its contact has not been asked about that day before."""

    statement_id: int


statement_ends_soon = Fact()
