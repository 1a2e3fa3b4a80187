"""Cache topics that a change in this package invalidates."""

from __future__ import annotations

from collections.abc import Collection

from community.statements.models import EarlierText, Statement
from core import topics
from core.row_changes import on_change
from subjects.models import Subject
from subjects.types import subject_type


def topics_of_all(statements: Collection[Statement]) -> set[str]:
    """The statements' pages, the list of statements, the pages of their organisations and of what they are about, and
    the list of organisations, which is narrowed by the terms of statements."""
    return {
        topics.listing("statement"),
        topics.listing("organisation"),
        *(topics.subject("statement", one.pk) for one in statements),
        *(topics.subject("organisation", one.organisation_id) for one in statements),
        *topics_about({one.about_id for one in statements if one.about_id}),
    }


def topics_of(statement: Statement) -> tuple[str, ...]:
    return tuple(topics_of_all([statement]))


def topics_about(subject_ids: Collection[int]) -> set[str]:
    """The topics of the pages that show statements about these subjects."""
    objects = Subject.objects.filter(pk__in=subject_ids).loaded().values() if subject_ids else ()
    return {topics.subject(subject_type(one.subject.kind).code, one.pk) for one in objects}


def invalidate(statements: Collection[Statement]) -> None:
    """Invalidate after a bulk write, which sends no signal, and where statements expired, which writes nothing."""
    if statements:
        topics.invalidate(*topics_of_all(statements))


on_change(Statement, lambda statement, change: topics_of(statement))
on_change(EarlierText, lambda text, change: (topics.subject("statement", text.statement_id),))
