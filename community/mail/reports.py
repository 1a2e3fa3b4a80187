"""Delivery status notifications (RFC 3464): which mail bounced, and why."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message
from uuid import UUID

from django.conf import settings

from community.mail import bounces
from community.mail.models import Delivery

ADDRESSED_BY = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "Original-Recipient")
DIAGNOSIS = re.compile(r"\s*smtp\s*;\s*([45]\d\d)(?!\d)[ -]*(.*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Report:
    delivery: Delivery
    status: str


def read(message: Message) -> Report | None:
    """Read a delivery status notification about a mail of ours that failed for good. Return None for anything else: a
    delay, a person's answer, mail of others."""
    status = _failure(message)
    delivery = _returned_to(message) or _returned(message)
    return Report(delivery, status) if status and delivery else None


def _failure(message: Message) -> str:
    """Return the status of the first recipient whose mail failed; empty when there is none."""
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status" or not part.is_multipart():
            continue
        for block in parts_of(part):
            has_failed = str(block.get("Action", "")).strip().lower() == "failed"
            if has_failed and (status := _status(block)):
                return status
    return ""


def parts_of(message: Message) -> list[Message]:
    """Return the messages within a multipart message."""
    return [part for part in message.get_payload() if isinstance(part, Message)]


def _status(block: Message) -> str:
    """Return the field Status. Where it is missing or says only "failed", return the code in the server's answer."""
    stated = bounces.ENHANCED_CODE.match(str(block.get("Status", "")).strip())
    if stated and stated[2] != "0":
        return stated[0]
    answer = DIAGNOSIS.match(str(block.get("Diagnostic-Code", "")))
    if answer:
        return bounces.status_in(int(answer[1]), answer[2])
    return stated[0] if stated else ""


def _returned_to(message: Message) -> Delivery | None:
    """Find the delivery by the address that the notification was sent to, which is unique to the mail."""
    local, at, domain = settings.MAIL_BOUNCE_ADDRESS.partition("@")
    if not at:
        return None
    own = re.compile(rf"{re.escape(local)}\+([0-9a-f]{{32}})@{re.escape(domain)}", re.IGNORECASE)
    for name in ADDRESSED_BY:
        for value in message.get_all(name, []):
            if found := own.search(str(value)):
                return Delivery.objects.filter(pk=UUID(found[1])).first()
    return None


def _returned(message: Message) -> Delivery | None:
    """Find the delivery by the mail that the notification contains, whole or only its headers."""
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "text/rfc822-headers":
            found = re.search(r"^Message-ID:\s*(<[^>\s]+>)", _text(part), re.IGNORECASE | re.MULTILINE)
            returned = found[1] if found else ""
        elif kind == "message/rfc822" and part.is_multipart():
            returned = str(parts_of(part)[0].get("Message-ID", "")).strip()
        else:
            continue
        if delivery := Delivery.objects.filter(message_id=returned).first():
            return delivery
    return None


def _text(part: Message) -> str:
    words = part.get_payload(decode=True)
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else ""
