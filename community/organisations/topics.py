"""Cache topics that a change in this package invalidates."""

from __future__ import annotations

from collections.abc import Iterable

from community.organisations.models import Membership, Organisation
from core import topics
from core.row_changes import Change, never_shown, on_change

ON_ITS_OWN_PAGE = frozenset({"description", "website", "updated_at"})


def topics_of(organisation_id: int) -> tuple[str, ...]:
    return topics.subject("organisation", organisation_id), topics.listing("organisation")


def topics_of_organisation(organisation: Organisation, change: Change) -> Iterable[str]:
    is_named = not change.is_new and (change.fields is None or not change.fields <= ON_ITS_OWN_PAGE)
    return (*topics_of(organisation.pk), *((topics.NAMES,) if is_named else ()))


def topics_of_membership(membership: Membership, change: Change) -> Iterable[str]:
    """No page for visitors shows a request to join."""
    if change.is_new and membership.confirmed_at is None:
        return ()
    return (*topics_of(membership.organisation_id), topics.NAMES)


never_shown(
    "organisations.plannedorganisation",
    "organisations.mergecandidate",
    "organisations.alias",
    "organisations.statement",
)
on_change(Organisation, topics_of_organisation)
on_change(Membership, topics_of_membership)
