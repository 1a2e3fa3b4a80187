"""Mails notices, in digests and at once. Notices that were seen or mailed before are left out. No mail is empty."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from community.mail import streams
from community.mail.models import Address
from community.mail.services import address_of, send
from community.members.models import Member
from community.notifications import kinds
from community.notifications.hours import end_of_quiet
from community.notifications.models import Inbox, Notice
from community.notifications.preferences import preferences_of
from community.notifications.reading import NoticeView, notice_views
from core.audience import viewer_for

DIGEST = "digest"
CLAIMED_TOGETHER = 500
AT_MOST = 40
"""Lines of a digest. It shows the rest as a number and a link."""


def register_stream() -> None:
    streams.register(
        streams.Stream(
            DIGEST,
            label=_("The digest of what is new for me"),
            why=_("You are receiving this because there is news in something you take part in."),
        )
    )


@transaction.atomic
def claim(now: datetime) -> list[tuple[int, str]]:
    """Take some members whose digest is due, as (member, period). No other worker gets them. Empty when none is due."""
    rows = Inbox.objects.due(now).select_for_update(skip_locked=True)[:CLAIMED_TOGETHER]
    due = [(inbox.pk, f"{inbox.digest_due:%Y-%m-%dT%H:%MZ}") for inbox in rows]
    Inbox.objects.filter(pk__in=[pk for pk, _period in due]).update(digest_due=None)
    return due


@transaction.atomic
def send_digest(*, member_id: int, period: str) -> None:
    """Mail the member's waiting notices, if there are any. Idempotent for each (member, period)."""
    member = Member.objects.filter(pk=member_id, is_active=True).first()
    if member is None:
        return
    address = address_of(member)
    if not address.accepts(DIGEST):
        return
    in_digest = [
        code for code, preference in preferences_of(member_id).items() if preference.mail == "digest"
    ]
    waiting = (
        Notice.objects.of(viewer_for(member))
        .unmailed()
        .filter(kind__in=in_digest)
        .with_events(unmailed=True)
        .newest_first()
    )
    _mail(member, address, DIGEST, key=f"digest:{period}", template="notices_digest", notices=list(waiting))


@transaction.atomic
def send_at_once(*, member_id: int, kind: str, subject_id: int, now: datetime) -> datetime | None:
    """Mail a notice that needs an answer, unless it was seen or mailed meanwhile.

    In the member's quiet hours nothing is mailed. Returns the time at which they end, else None.
    """
    notices = Notice.objects.unmailed().filter(member=member_id, kind=kind, subject=subject_id)
    member = Member.objects.filter(pk=member_id, is_active=True).first()
    if member is None or not notices.exists():
        return None
    if until := end_of_quiet(Inbox.objects.get(pk=member_id), now):
        return until
    found = list(notices.of(viewer_for(member)).with_events(unmailed=True))
    for notice in found:
        _mail(
            member,
            address_of(member),
            kinds.find(kind).stream,
            key=f"notice:{notice.pk}:{notice.last_event}",
            template="notices_at_once",
            notices=[notice],
        )
    return None


def _mail(
    member: Member, address: Address, stream: str, *, key: str, template: str, notices: list[Notice]
) -> None:
    # The lock prevents two workers from mailing the same notices at the same time.
    address = Address.objects.select_for_update().get(pk=address.pk)
    if address.deliveries.filter(key=key).exists():
        return
    with translation.override(address.language):
        views = notice_views(notices, viewer_for(member))
        if not views:
            return
        context = mail_context(views)
    if send(to=address, stream=stream, key=key, template=template, context=context):
        for notice in notices:
            notice.mailed_event = notice.last_event
        Notice.objects.bulk_update(notices, ["mailed_event"])


def mail_context(views: list[NoticeView]) -> dict[str, Any]:
    """The context of the mail templates."""
    return {"notices": views[:AT_MOST], "count": len(views), "more": max(0, len(views) - AT_MOST)}
