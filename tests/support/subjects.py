"""Sets the audience of a subject directly, for tests of pages and queries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from subjects.models import Subject
from subjects.types import subject_type_of


def show_to(instance: Any, tokens: Iterable[str]) -> Any:
    """Let only holders of these tokens see the subject, until its audience is derived again."""
    Subject.objects.filter(pk=instance.subject_id).update(audience=frozenset(tokens))
    instance.subject = Subject.objects.get(pk=instance.subject_id)
    return instance


def show_to_and_announce(instance: Any, tokens: Iterable[str]) -> Any:
    """Do the same as `show_to`, and update everything that is derived from the audience."""
    show_to(instance, tokens)
    subject_type_of(instance).announce(instance)
    return instance
