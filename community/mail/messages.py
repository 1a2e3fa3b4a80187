"""Builds the e-mail message of a delivery."""

from __future__ import annotations

from email import charset
from email.utils import format_datetime, parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from community.mail import links, streams
from community.mail.models import Delivery, domain

# Seven-bit text: no server on the way recodes it, so its DKIM signature stays valid.
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
    """Return the address for bounces of the mail. Each mail has its own, so the address identifies the bounced mail."""
    local, at, host = settings.MAIL_BOUNCE_ADDRESS.partition("@")
    return f"{local}+{delivery.pk.hex}@{host}" if at else parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def headers(delivery: Delivery) -> dict[str, str]:
    result = {
        "From": settings.DEFAULT_FROM_EMAIL,
        "Message-ID": delivery.message_id,
        "Date": format_datetime(delivery.not_before),
        "Content-Language": delivery.language,
        "Auto-Submitted": "auto-generated",
        # Exchange sends out-of-office replies unless it finds this header of its own.
        "X-Auto-Response-Suppress": "OOF, AutoReply",
    }
    if streams.get(delivery.stream).can_unsubscribe:
        url = links.unsubscribe_url(delivery.address, delivery.stream, delivery.language)
        result |= {
            "Precedence": "bulk",
            "List-Id": f"<{delivery.stream}.{domain()}>",
            "List-Unsubscribe": f"<{url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    return result
