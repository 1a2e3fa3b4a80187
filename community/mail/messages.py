"""A delivery as the message that travels."""

from __future__ import annotations

from email import charset
from email.utils import format_datetime, parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from community.mail import links, streams
from community.mail.models import Delivery, domain

# Seven bits, so that no server on the way recodes it and breaks its signature.
UTF8 = charset.Charset("utf-8")
UTF8.body_encoding = charset.QP


def build(delivery: Delivery) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        subject=delivery.subject,
        body=delivery.text,
        from_email=return_path(delivery),
        to=[delivery.address.email],
        headers=headers(delivery),
    )
    message.encoding = UTF8
    message.attach_alternative(delivery.html, "text/html")
    return message


def return_path(delivery: Delivery) -> str:
    """Where it comes back to: an address of its own for each mail, so that one that bounces says by itself which."""
    local, at, domain = settings.MAIL_BOUNCE_ADDRESS.partition("@")
    return f"{local}+{delivery.pk.hex}@{domain}" if at else parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def headers(delivery: Delivery) -> dict[str, str]:
    found = {
        "From": settings.DEFAULT_FROM_EMAIL,
        "Message-ID": delivery.message_id,
        "Date": format_datetime(delivery.not_before),
        "Content-Language": delivery.language,
        "Auto-Submitted": "auto-generated",
        # Exchange sends absence notes all the same without a header of its own.
        "X-Auto-Response-Suppress": "OOF, AutoReply",
    }
    if streams.get(delivery.stream).can_unsubscribe:
        url = links.unsubscribe_url(delivery.address, delivery.stream, delivery.language)
        found |= {
            "Precedence": "bulk",
            "List-Id": f"<{delivery.stream}.{domain()}>",
            "List-Unsubscribe": f"<{url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    return found
