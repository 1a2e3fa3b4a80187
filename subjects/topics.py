"""What of the cache a change in this package invalidates."""

from __future__ import annotations

from collections.abc import Iterable

from core.row_changes import Change, on_change
from subjects.models import Subject
from subjects.types import subject_type


def topics_of_subject(subject: Subject, change: Change) -> Iterable[str]:
    """Who sees an object, and whether it is out, shows wherever the object does. A new one shows nowhere yet."""
    if change.is_new or subject.object is None:
        return ()
    return subject_type(subject.kind).topics(subject.object)


on_change(Subject, topics_of_subject)
