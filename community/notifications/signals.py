"""Signals of this package."""

from __future__ import annotations

from dataclasses import dataclass

from core.signals import Fact


@dataclass(frozen=True)
class NoticesChanged:
    """FACT: the bells of these members changed."""

    member_ids: tuple[int, ...]


@dataclass(frozen=True)
class AnswerAwaited:
    """FACT: a member got a notice that needs an answer, and wants mail of it at once. `subject_id` is the id of the
    `Subject`."""

    member_id: int
    kind: str
    subject_id: int


notices_changed = Fact()
answer_awaited = Fact()
