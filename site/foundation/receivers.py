"""The log of deeds is only added to, and holds no names, whoever writes it."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import pre_delete, pre_save
from django.dispatch import receiver
from wagtail.models import ModelLogEntry, PageLogEntry

from foundation.deeds import number_of
from foundation.models import LogEntry


class Kept(TypeError):
    """What is in the log of deeds stays as it was written."""


@receiver(pre_save, sender=ModelLogEntry)
@receiver(pre_save, sender=LogEntry)
@receiver(pre_save, sender=PageLogEntry)
def refuse_change(sender: type, instance: Any, **kwargs: Any) -> None:
    if not instance._state.adding:
        raise Kept


@receiver(pre_delete, sender=ModelLogEntry)
@receiver(pre_delete, sender=LogEntry)
@receiver(pre_delete, sender=PageLogEntry)
def refuse_deletion(sender: type, **kwargs: Any) -> None:
    raise Kept


@receiver(pre_save, sender=ModelLogEntry)
@receiver(pre_save, sender=LogEntry)
def name_nobody(sender: type, instance: ModelLogEntry, **kwargs: Any) -> None:
    """Wagtail would keep a membership's name, which is the member's. A page's is on the page."""
    instance.label = number_of(instance.content_type.model_class(), instance.object_id)
