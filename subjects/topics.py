"""Cache topics that a change in this package invalidates."""

from __future__ import annotations

from collections.abc import Iterable

from core.row_changes import Change, is_declared, on_change
from subjects.models import Subject
from subjects.types import SubjectType, follow_types, subject_type


def topics_of_subject(subject: Subject, change: Change) -> Iterable[str]:
    """A change of audience shows on every page that shows the object. No page shows a new object yet."""
    if change.is_new or subject.object is None:
        return ()
    return subject_type(subject.kind).topics(subject.object)


def declare_rows(declared: SubjectType) -> None:
    """Let rows of a kind invalidate its topics, unless its package has declared more exact ones."""
    if not is_declared(declared.model):
        on_change(declared.model, lambda row, change: declared.topics(row))


on_change(Subject, topics_of_subject)
follow_types(declare_rows)
