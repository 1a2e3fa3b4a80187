"""A subject's row is created, updated and deleted with its object, whatever code writes the object."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models import Model
from django.db.models.signals import post_delete, post_save, pre_save

from subjects.models import HasSubject, Subject
from subjects.services import create_subjects, derive_audiences


def create_row(sender: type[Model], instance: HasSubject, raw: bool = False, **kwargs: Any) -> None:  # noqa: FBT001, FBT002
    if not raw:
        create_subjects([instance])


def derive_audience(sender: type[Model], instance: HasSubject, raw: bool = False, **kwargs: Any) -> None:  # noqa: FBT001, FBT002
    if not raw:
        derive_audiences([instance])


def delete_row(sender: type[Model], instance: HasSubject, **kwargs: Any) -> None:
    Subject.objects.filter(pk=instance.subject_id).delete()


def connect() -> None:
    """Connect the signals of each kind's model only. A receiver of every model's deletion would make Django read all
    rows before it deletes them. May be called twice."""
    for model in apps.get_models():
        if issubclass(model, HasSubject):
            pre_save.connect(create_row, sender=model, dispatch_uid=f"create_subject_{model.__name__}")
            post_save.connect(derive_audience, sender=model, dispatch_uid=f"derive_audience_{model.__name__}")
            post_delete.connect(delete_row, sender=model, dispatch_uid=f"delete_subject_{model.__name__}")
