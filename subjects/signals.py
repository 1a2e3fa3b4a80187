"""Signals of this package."""

from __future__ import annotations

from dataclasses import dataclass

from django.dispatch import Signal

from core.signals import Fact

subjects_created = Signal()
"""Sent at once, inside the transaction, with `subjects`: a list of new `Subject` rows."""


@dataclass(frozen=True)
class AudiencesChanged:
    """FACT: the audience of these subjects (ids) changed."""

    subject_ids: tuple[int, ...]


audiences_changed = Fact()
