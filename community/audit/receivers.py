"""Entries of the audit log are only added, and hold no names, whichever code writes them."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import pre_delete, pre_save
from django.dispatch import receiver
from wagtail.models import ModelLogEntry, PageLogEntry

from community.audit.actions import numbered_label
from community.audit.models import LogEntry


class LogIsAppendOnly(TypeError):
    """An entry of the audit log cannot be changed or deleted."""


@receiver(pre_save, sender=ModelLogEntry)
@receiver(pre_save, sender=LogEntry)
@receiver(pre_save, sender=PageLogEntry)
def refuse_change(sender: type, instance: Any, **kwargs: Any) -> None:
    if not instance._state.adding:
        raise LogIsAppendOnly


@receiver(pre_delete, sender=ModelLogEntry)
@receiver(pre_delete, sender=LogEntry)
@receiver(pre_delete, sender=PageLogEntry)
def refuse_deletion(sender: type, **kwargs: Any) -> None:
    raise LogIsAppendOnly


@receiver(pre_save, sender=ModelLogEntry)
@receiver(pre_save, sender=LogEntry)
def replace_name(sender: type, instance: ModelLogEntry, **kwargs: Any) -> None:
    """Replace the name that Wagtail stores: a membership's is the member's name. A page's name is on the page."""
    instance.label = numbered_label(instance.content_type.model_class(), instance.object_id)
