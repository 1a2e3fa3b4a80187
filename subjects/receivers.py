"""A subject's row comes with its object, follows it, and goes with it, whatever way the object is written."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.db.models.signals import post_delete, post_save, pre_save
from django.dispatch import receiver

from subjects.models import HasSubject, Subject
from subjects.services import create_subjects, derive_audiences


@receiver(pre_save)
def create_row(sender: type[Model], instance: Model, raw: bool = False, **kwargs: Any) -> None:  # noqa: FBT001, FBT002
    if isinstance(instance, HasSubject) and not raw:
        create_subjects([instance])


@receiver(post_save)
def derive_audience(sender: type[Model], instance: Model, raw: bool = False, **kwargs: Any) -> None:  # noqa: FBT001, FBT002
    if isinstance(instance, HasSubject) and not raw:
        derive_audiences([instance])


@receiver(post_delete)
def delete_row(sender: type[Model], instance: Model, **kwargs: Any) -> None:
    if isinstance(instance, HasSubject):
        Subject.objects.filter(pk=instance.subject_id).delete()
