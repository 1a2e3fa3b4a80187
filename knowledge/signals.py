"""Signals of this package."""

from __future__ import annotations

from dataclasses import dataclass

from django.dispatch import Signal

from core.signals import Fact


@dataclass(frozen=True)
class WorksChanged:
    """STATE: these works were created, deleted, or changed in a way that readers see."""

    work_ids: tuple[int, ...]


@dataclass(frozen=True)
class UseCasePublished:
    """FACT: a use case is published for the first time. `actor_id`: who published it, where that is known."""

    page_id: int
    actor_id: int | None


@dataclass(frozen=True)
class UseCaseSentBack:
    """FACT: the editors want a use case changed. `review_id` is Wagtail's state of that review's task."""

    page_id: int
    review_id: int
    actor_id: int | None


@dataclass(frozen=True)
class ReviewRequested:
    """FACT: a page waits for the editors. `review_id` is Wagtail's state of that review's task."""

    page_id: int
    review_id: int
    actor_id: int | None


@dataclass(frozen=True)
class ReviewEnded:
    """FACT: a review was approved, rejected or cancelled."""

    page_id: int
    review_id: int


@dataclass(frozen=True)
class ReviewAnswered:
    """FACT: the author answered a review that sent a use case back."""

    page_id: int
    answer_id: int
    actor_id: int | None


works_changed = Signal()
use_case_published = Fact()
use_case_sent_back = Fact()
review_requested = Fact()
review_ended = Fact()
review_answered = Fact()
