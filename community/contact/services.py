from __future__ import annotations

from typing import Any

from django.db import transaction

from community.contact import policies
from community.contact.models import ContactMessage
from community.contact.tasks import mail_operators
from core.audience import ANONYMOUS, viewer_for


@transaction.atomic
def send_message(*, actor: Any, kind: str, text: str, page: str = "", email: str = "") -> ContactMessage:
    """Store the message and queue a mail to the operators. `actor` is a member, or None for a visitor. The view
    applies the limit."""
    policies.can_send_message(viewer_for(actor) if actor else ANONYMOUS).require()
    message = ContactMessage(kind=kind, text=text, page=page, email=email, member=actor)
    message.full_clean()
    message.save()
    mail_operators.enqueue(message_id=message.pk)
    return message
