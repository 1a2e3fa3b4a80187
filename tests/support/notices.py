"""A member's notices, read as the page reads them."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from community.members.models import Member
from community.notifications.models import Notice
from community.notifications.reading import NoticeView, notice_views
from core.audience import viewer_for
from tests.support.tasks import run_due_tasks


def run_notices() -> None:
    """Run the due tasks of notices and mail. Indexing takes longer and is not needed here."""
    run_due_tasks("notices", "mail")


def notices_of(member: Member) -> list[NoticeView]:
    """Return the member's notices as the page shows them."""
    viewer = viewer_for(Member.objects.filter(pk=member.pk).first() or AnonymousUser())
    return notice_views(Notice.objects.of(viewer).on_site().with_events().newest_first(), viewer)


def sentences(member: Member) -> list[str]:
    return [notice.sentence for notice in notices_of(member)]


def unseen(member: Member) -> list[str]:
    return [notice.sentence for notice in notices_of(member) if notice.is_unseen]
