"""Cache topics that a change in this package invalidates."""

from __future__ import annotations

from collections.abc import Iterable

from community.participation.models import Participation
from core import topics
from core.row_changes import Change, on_change
from subjects.models import Subject
from subjects.types import subject_type


def topics_of_participation(participation: Participation, change: Change) -> Iterable[str]:
    """The subject's page, the lists that count participants, and the organisation's page."""
    yield topics.subject("organisation", participation.organisation_id)
    subject = Subject.objects.filter(pk=participation.subject_id).first()
    if subject and subject.object:
        yield from subject_type(subject.kind).topics(subject.object)


on_change(Participation, topics_of_participation)
