"""Derives the audience of a subject from the facts that are stored about it. A pure function."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from core.audience import MEMBERS, PUBLIC, organisation_token


@dataclass(frozen=True, kw_only=True)
class SubjectState:
    """The facts that a kind of subject reads from one object.

    `owner_id` and `partner_ids` are organisations. `writers` are the tokens of those who see the object while it is not
    out. None keeps the value in the subject's row. `within` is the audience of what the object belongs to, which its
    own is narrowed to.
    """

    is_out: bool | None = None
    owner_id: int | None = None
    partner_ids: Collection[int] = ()
    writers: Collection[str] = ()
    within: frozenset[str] | None = None


def narrowed(audience: frozenset[str], *, within: frozenset[str]) -> frozenset[str]:
    """Return the tokens of those who have both audiences. All others have `public`, and all members have `members`."""
    for wide in (PUBLIC, MEMBERS):
        if wide in within:
            return audience
        if wide in audience:
            return within
    return audience & within


def audience_of(
    *,
    visibility: str,
    is_out: bool,
    owner: int | None = None,
    partners: Collection[int] = (),
    writers: Collection[str] = (),
) -> frozenset[str]:
    """Return the tokens of those who see a subject.

    Only its writers see a subject that is not out. The visibility "organisation" means the owner and its partners, or
    the writers where no organisation owns it. "room" has no audience until private rooms exist.
    """
    if not is_out:
        return frozenset(writers)
    if visibility == "public":
        return frozenset({PUBLIC})
    if visibility == "members":
        return frozenset({MEMBERS})
    if visibility == "organisation":
        organisations = {owner, *partners} - {None}
        return frozenset(organisation_token(pk) for pk in organisations if pk) or frozenset(writers)
    return frozenset()
