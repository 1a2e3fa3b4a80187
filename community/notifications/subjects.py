"""What notices can be about. Rooms register their models in `ready()`."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Model, QuerySet
from django.db.models.signals import post_delete, post_save

from community.notifications.models import Subject
from core.audience import Viewer, saves_audience

_models: dict[str, tuple[type[Model], tuple[str, ...]]] = {}


def register(kind: str, model: type[Model], *, prefetch: tuple[str, ...] = ()) -> None:
    """Notices may be about rows of this model, which stores an `audience`, has `get_absolute_url` and is called by
    its `str()`. They follow its audience, and go with it. Safe to repeat."""
    _models[kind] = (model, prefetch)
    post_save.connect(subject_saved, sender=model, dispatch_uid=f"notices_of_saved_{kind}")
    post_delete.connect(subject_deleted, sender=model, dispatch_uid=f"notices_of_deleted_{kind}")


def load(kind: str, ids: Collection[int], viewer: Viewer | None = None) -> dict[int, Any]:
    """{id: subject} of those that are there; only what the viewer may see, if one is given."""
    model, prefetch = _models[kind]
    found: QuerySet[Any] = model._default_manager.filter(pk__in=ids).prefetch_related(*prefetch)
    if viewer is not None:
        found = found.filter(audience__meets=viewer.tokens)
    return {subject.pk: subject for subject in found}


def language_of(subject: Any) -> str:
    """In which its title is written; empty: it is a name, the same in all."""
    return getattr(getattr(subject, "page", subject), "language", "")


def kind_of(model: type[Model]) -> str:
    return next(kind for kind, (registered, _) in _models.items() if issubclass(model, registered))


def subject_saved(sender: type[Model], instance: Any, **kwargs: Any) -> None:
    if not saves_audience(kwargs["update_fields"]):
        return
    rows = Subject.objects.filter(kind=kind_of(sender), subject_id=instance.pk)
    rows.exclude(audience=instance.audience).update(audience=instance.audience)


def subject_deleted(sender: type[Model], instance: Any, **kwargs: Any) -> None:
    Subject.objects.filter(kind=kind_of(sender), subject_id=instance.pk).delete()
