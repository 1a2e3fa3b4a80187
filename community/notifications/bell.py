"""The bell in the header: the number of unseen notices."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from community.members.models import Member
from community.notifications.models import Inbox, Notice
from core.audience import ANONYMOUS, Viewer, may_see, viewers_for


@dataclass(frozen=True)
class Bell:
    """How many notices are unseen, and the version of that number."""

    unseen: int = 0
    version: int = 0


def bell_of(viewer: Viewer) -> Bell:
    """The viewer's bell. One query."""
    unseen = Notice.objects.of(viewer).on_site().unseen().filter(member=OuterRef("pk")).order_by()
    counted = unseen.values("member").values_list(Count("pk"))
    inbox = (
        Inbox.objects.filter(pk=viewer.member_id or 0)
        .annotate(unseen=Coalesce(Subquery(counted), 0))
        .values_list("unseen", "version")
        .first()
    )
    return Bell(*inbox) if inbox else Bell()


def bells_of(member_ids: Collection[int]) -> dict[int, Bell]:
    """The bell of each member. Three queries, and those of `viewers_for` where notices have a limited audience."""
    versions = dict(Inbox.objects.filter(pk__in=member_ids).values_list("pk", "version"))
    unseen = Notice.objects.unseen_by_member(member_ids)
    limited = Notice.objects.unseen_with_limited_audience(member_ids)
    viewers = viewers_for(Member.objects.filter(pk__in={pk for pk, _, _ in limited})) if limited else []
    by_member = {viewer.member_id: viewer for viewer in viewers}
    for pk, audience, count in limited:
        if may_see(by_member.get(pk, ANONYMOUS), audience):
            unseen[pk] += count
    return {pk: Bell(unseen[pk], version) for pk, version in versions.items()}


def version_for(viewer: Viewer, member_id: int) -> int | None:
    """Return the version of the bell; None for anyone but its member."""
    return bell_of(viewer).version if viewer.member_id == member_id else None


def versions_of(member_ids: Collection[int]) -> dict[int, int]:
    """Return {member id: version}; 0 for a member who never had a notice."""
    inboxes = Inbox.objects.filter(pk__in=member_ids)
    return dict.fromkeys(member_ids, 0) | dict(inboxes.values_list("pk", "version"))
