"""Bounces: their severity, and their effect on the address."""

from __future__ import annotations

import re
from datetime import timedelta
from enum import Enum

from django.db import transaction
from django.utils import timezone

from community.mail.models import Address, Delivery

SOFT_BOUNCE_LIMIT = 3
SOFT_BOUNCE_WINDOW = timedelta(days=14)

# A fourth number must not follow: that would be an IP address.
ENHANCED_CODE = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
# Reply codes for an answer without an enhanced code: no such mailbox, not local, invalid mailbox name.
HARD_REPLIES = {"550", "551", "553"}
# These codes belong to the mailbox's class, but concern our own address or a mail that is too long.
NOT_ABOUT_MAILBOX = {"5.1.7", "5.1.8", "5.2.3", "5.3.4"}


class Severity(Enum):
    NONE = "not about the mailbox"
    SOFT = "temporary"
    HARD = "mailbox missing or closed"


def status_in(code: int, words: bytes | str) -> str:
    """Return the enhanced status code of a server's answer, or its reply code when there is none.

    The enhanced code is at the start of the text and has the class of the reply code (RFC 2034). Some servers write a
    "#" before it.
    """
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    found = ENHANCED_CODE.match(text.lstrip(" #"))
    return found[0] if found and found[1] == str(code)[:1] else str(code)


def severity_of(status: str) -> Severity:
    """Return what a status says about the mailbox.

    HARD: it is missing or closed. SOFT: it is full or faulty. NONE: the failure is not permanent, or the server refused
    our content or applied a policy.
    """
    found = ENHANCED_CODE.fullmatch(status)
    if found is None:
        return (
            Severity.HARD if status in HARD_REPLIES else Severity.SOFT if status[:1] == "5" else Severity.NONE
        )
    if found[1] != "5" or status in NOT_ABOUT_MAILBOX:
        return Severity.NONE
    if found[2] == "1" or status == "5.2.1":
        return Severity.HARD
    return Severity.SOFT if found[2] in {"0", "2", "3", "4"} else Severity.NONE


@transaction.atomic
def record(*, delivery: Delivery, status: str) -> Severity:
    """Record that a mail bounced.

    One hard bounce, or three soft bounces within 14 days, close the address to all mail except account mail. Mail sent
    before the address was last confirmed does not count.
    """
    address = Address.objects.select_for_update().get(pk=delivery.address_id)
    severity = severity_of(status)
    now = timezone.now()
    outdated = address.confirmed_at and delivery.sent_at and delivery.sent_at < address.confirmed_at
    if severity is Severity.NONE or outdated:
        return Severity.NONE
    Delivery.objects.filter(pk=delivery.pk, bounced_at=None).update(bounced_at=now, status=status)
    since = max(filter(None, (now - SOFT_BOUNCE_WINDOW, address.confirmed_at)))
    if severity is Severity.HARD or address.deliveries.bounced_since(since).count() >= SOFT_BOUNCE_LIMIT:
        address.bounced_at = now
        address.save(update_fields=["bounced_at"])
    return severity
