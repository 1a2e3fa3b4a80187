from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed
from django.conf import settings
from django.db.models.signals import post_save
from django.dispatch import receiver

from community.mail import services
from core.mail_addresses import fold_address


@receiver(post_save, sender=settings.AUTH_USER_MODEL)
def member_saved(
    sender: type, instance: Any, *, created: bool, update_fields: Iterable[str] | None, **kwargs: Any
) -> None:
    if not created and (update_fields is None or "email" in update_fields):
        services.follow(member=instance)


@receiver(email_confirmed)
def member_confirmed(sender: type, email_address: EmailAddress, **kwargs: Any) -> None:
    """Confirm the member's mail address if it is the address that was confirmed. A member's other addresses are only
    for signing in."""
    member = email_address.user
    if fold_address(email_address.email) == fold_address(member.email):
        services.confirm_address(address=services.address_of(member))
