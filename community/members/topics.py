"""Cache topics that a change in this package invalidates."""

from __future__ import annotations

from collections.abc import Iterable

from community.members.models import Member
from core import topics
from core.row_changes import Change, never_shown, on_change

NOT_SHOWN = (
    "last_login",
    "password",
    "policies_read",
    "sessions_ended",
    "email",
    "groups",
    "user_permissions",
)


def topics_of_member(member: Member, change: Change) -> Iterable[str]:
    """A new member is on no page until something of theirs is."""
    return () if change.is_new else (topics.NAMES,)


never_shown("members.consent")
on_change(Member, topics_of_member, ignore=NOT_SHOWN)
