from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from community.members.models import Member
from foundation.audience import RightsChanged, rights_changed
from foundation.signals import send_on_commit

GIVES_RIGHTS = {"is_active", "is_staff"}


@receiver(post_save, sender=Member)
def member_saved(
    sender: type, instance: Member, *, created: bool, update_fields: Iterable[str] | None, **kwargs: Any
) -> None:
    """Closing an account, or making somebody staff, changes what their open pages may hear at once."""
    if not created and (update_fields is None or GIVES_RIGHTS & set(update_fields)):
        send_on_commit(rights_changed, RightsChanged(instance.pk))
