"""What of the cache a change in this package invalidates."""

from __future__ import annotations

from collections.abc import Iterable

from community.participation.models import Participation
from core import topics
from core.row_changes import Change, on_change


def topics_of_participation(participation: Participation, change: Change) -> Iterable[str]:
    """The page of its subject, the lists that count who takes part, and the organisation's page."""
    yield topics.subject("organisation", participation.organisation_id)
    if participation.project_id:
        yield topics.subject("project", participation.project_id)
        yield from (topics.listing("project"), topics.listing("reference"))
    if participation.work_id:
        yield from (topics.subject("work", participation.work_id), topics.listing("work"))


on_change(Participation, topics_of_participation)
