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
"""How long an address without an account is kept after its last mail, if it has no wanted subscription or bounced."""


@task(queue="mail")
def deliver(*, delivery_id: str) -> None:
    """Send this mail, and the others that are due. During the breaker's cooldown it waits for `deliver_due`."""
    posting.deliver(delivery_id=UUID(delivery_id))


@task(queue="mail")
def deliver_due() -> None:
    """Send all mail that is due: retries, mail whose worker died, and the rest of a large number."""
    if posting.deliver(ignore_cooldown=True) and Delivery.objects.due().exists():
        deliver_due.enqueue()


@task(queue="framework")
def forget_mail() -> None:
    """Erase the texts of finished mail, and delete orphaned addresses."""
    Delivery.objects.with_body_older_than(timedelta(days=settings.MAIL_KEEP_DAYS)).update(
        subject="", text="", html=""
    )
    with transaction.atomic():
        Address.objects.orphaned(timezone.now() - UNKNOWN_FOR).delete()
