"""Cache topics that a change in this package invalidates."""

from __future__ import annotations

from collections.abc import Iterable

from community.participation.models import Measure, Participation, Result, StageChange
from core import topics
from core.row_changes import Change, on_change
from subjects.models import Subject
from subjects.types import subject_type


def topics_of_participation(participation: Participation, change: Change) -> Iterable[str]:
    """The subject's page, the lists that count participants, and the organisation's page; also those that the row
    belonged to before it was moved."""
    rows = [row for row in (participation, participation.before) if row]
    for organisation_id in {row.organisation_id for row in rows}:
        yield topics.subject("organisation", organisation_id)
    for subject in Subject.objects.filter(pk__in={row.subject_id for row in rows}):
        if subject.object:
            yield from subject_type(subject.kind).topics(subject.object)


def topics_of_stage_change(stage_change: StageChange, change: Change) -> Iterable[str]:
    found = Subject.objects.filter(pk=stage_change.subject_id).first()
    return subject_type(found.kind).topics(found.object) if found and found.object else ()


on_change(Participation, topics_of_participation)
on_change(Result, lambda result, change: topics_of_participation(result.participation, change))
on_change(StageChange, topics_of_stage_change)
# No page shows a new measure before a result in it is saved.
on_change(Measure, lambda measure, change: () if change.is_new else (topics.TAXONOMY,))
