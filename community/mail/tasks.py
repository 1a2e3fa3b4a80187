from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from community.mail import posting
from community.mail.models import Address, Delivery
from core.tasks import task

UNKNOWN_FOR = timedelta(days=30)
"""An address nobody confirmed, and one that wants nothing any more, is kept so long."""


@task(queue="mail")
def deliver(*, delivery_id: str) -> None:
    """Hand this mail to the mail server, and with it what else is due. While the server rests it waits for
    `deliver_due`."""
    posting.post(delivery_id=UUID(delivery_id))


@task(queue="mail")
def deliver_due() -> None:
    """Hand over what is due: what was put off, what a dead worker had in hand, and the rest of a crowd."""
    if posting.post(although_resting=True) and Delivery.objects.due().exists():
        deliver_due.enqueue()


@task(queue="framework")
def forget_mail() -> None:
    """Erase the words of mail that is over, and addresses nobody needs."""
    Delivery.objects.legible(timedelta(days=settings.MAIL_KEEP_DAYS)).update(subject="", text="", html="")
    with transaction.atomic():
        Address.objects.of_nobody(timezone.now() - UNKNOWN_FOR).delete()
