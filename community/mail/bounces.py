"""Bounces: their severity, and their effect on the address."""

from __future__ import annotations

import re
from datetime import timedelta
from enum import Enum

from django.db import transaction
from django.utils import timezone

from community.mail.models import Address, Delivery

SOFT_ONES = 3
WITHIN = timedelta(days=14)

# No fourth number may follow, as in an IP address.
ENHANCED = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
# Without an enhanced code: no such mailbox, not local, no such name.
HARD_REPLIES = {"550", "551", "553"}
# These codes concern our own address or a mail that is too long, though their class is the mailbox's.
OF_OURS = {"5.1.7", "5.1.8", "5.2.3", "5.3.4"}


class Weight(Enum):
    NONE = "says nothing of the mailbox"
    SOFT = "may pass"
    HARD = "nobody is there"


def status_in(code: int, words: bytes | str) -> str:
    """Return the enhanced status code of a server's answer, else its reply code. The enhanced code is first in the text
    and has the class of the reply code (RFC 2034). Some servers write a "#" before it."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    found = ENHANCED.match(text.lstrip(" #"))
    return found[0] if found and found[1] == str(code)[:1] else str(code)


def weigh(status: str) -> Weight:
    """Return the meaning of a permanent failure for the mailbox: missing or closed; full or faulty; or nothing, when
    our content or a policy was refused."""
    found = ENHANCED.fullmatch(status)
    if found is None:
        return Weight.HARD if status in HARD_REPLIES else Weight.SOFT if status[:1] == "5" else Weight.NONE
    if found[1] != "5" or status in OF_OURS:
        return Weight.NONE
    if found[2] == "1" or status == "5.2.1":
        return Weight.HARD
    return Weight.SOFT if found[2] in {"0", "2", "3", "4"} else Weight.NONE


@transaction.atomic
def record(*, delivery: Delivery, status: str) -> Weight:
    """Record that a mail bounced.

    One hard bounce, or three soft ones within 14 days, close its address to all mail except account mail. Mail sent
    before the address was last confirmed does not count.
    """
    address = Address.objects.select_for_update().get(pk=delivery.address_id)
    weight = weigh(status)
    now = timezone.now()
    outdated = address.confirmed_at and delivery.sent_at and delivery.sent_at < address.confirmed_at
    if weight is Weight.NONE or outdated:
        return Weight.NONE
    Delivery.objects.filter(pk=delivery.pk, bounced_at=None).update(bounced_at=now, status=status)
    since = max(filter(None, (now - WITHIN, address.confirmed_at)))
    if weight is Weight.HARD or address.deliveries.bounced_since(since).count() >= SOFT_ONES:
        address.bounced_at = now
        address.save(update_fields=["bounced_at"])
    return weight
