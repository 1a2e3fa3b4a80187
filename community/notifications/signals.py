"""What this room announces."""

from __future__ import annotations

from dataclasses import dataclass

from core.signals import Fact


@dataclass(frozen=True)
class NoticesChanged:
    """FACT: what the bells of these members show changed."""

    member_ids: tuple[int, ...]


@dataclass(frozen=True)
class AnswerAwaited:
    """FACT: a member was told of something that asks for an answer, and wants mail of it at once. `subject_id` is that
    of the row in this room."""

    member_id: int
    kind: str
    subject_id: int


notices_changed = Fact()
answer_awaited = Fact()
