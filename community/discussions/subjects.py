"""What can be discussed. Rooms above register their kinds in `ready()`; every subject then has a thread."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from django.db.models import Model
from django.db.models.signals import post_delete, post_save

from community.discussions.models import Thread
from community.discussions.services import close_threads, open_thread
from core.audience import saves_audience


@runtime_checkable
class Subject(Protocol):
    """A saved model instance that stores its audience and has a page."""

    pk: int
    audience: frozenset[str]

    def get_absolute_url(self) -> str: ...


_models: dict[str, type[Model]] = {}


def register(kind: str, model: type[Model]) -> None:
    """Give each saved `model` a thread, whose audience follows the subject's in the same transaction, and which
    goes when the subject does. Safe to repeat. Bulk writes send no signal: they call `services.open_threads`."""
    _models[kind] = model
    post_save.connect(subject_saved, sender=model, dispatch_uid=f"thread_of_saved_{kind}")
    post_delete.connect(subject_deleted, sender=model, dispatch_uid=f"thread_of_deleted_{kind}")


def kind_of(subject: Subject | type[Model]) -> str:
    """The kind a subject or its model is registered as; LookupError if it is not."""
    model = subject if isinstance(subject, type) else type(subject)
    for kind, registered in _models.items():
        if issubclass(model, registered):
            return kind
    raise LookupError(f"{model.__name__} is not registered as a subject of discussion.")


def thread_of(subject: Subject) -> Thread:
    """Return the subject's thread, which was opened when the subject was saved. Raises `Thread.DoesNotExist`."""
    return Thread.objects.about(kind_of(subject), [subject.pk]).get()


def subject_of(thread: Thread) -> Any:
    """What the thread is about; None when it is gone."""
    model = _models.get(thread.subject_kind)
    return model._default_manager.filter(pk=thread.subject_id).first() if model else None


def subject_saved(sender: type[Model], instance: Any, raw: bool = False, **kwargs: Any) -> None:  # noqa: FBT001, FBT002
    if not raw and saves_audience(kwargs["update_fields"]):
        open_thread(kind=kind_of(sender), subject_id=instance.pk, audience=instance.audience)


def subject_deleted(sender: type[Model], instance: Any, **kwargs: Any) -> None:
    close_threads(kind=kind_of(sender), subject_ids=[instance.pk])
