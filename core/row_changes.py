"""Saved and deleted rows invalidate the topics that show them, whether a service or the admin writes them.

A package declares this in its `topics.py`, with `on_change` for what pages show and `never_shown` for what they do not.
A model that is declared in neither way invalidates all pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_save

from core import topics


@dataclass(frozen=True)
class Change:
    """A change of a row. `fields` is None where any field may have changed."""

    is_new: bool = False
    is_deleted: bool = False
    fields: frozenset[str] | None = None

    def touches(self, *fields: str) -> bool:
        return self.fields is None or not self.fields.isdisjoint(fields)


TopicsOf = Callable[[Any, Change], Iterable[str]]

_topics_of: dict[type[Model], TopicsOf] = {}
_ignored: dict[type[Model], frozenset[str]] = {}
_never_shown: set[str] = set()


def on_change(model: type[Model], topics_of: TopicsOf, *, ignore: Iterable[str] = ()) -> None:
    """Let rows of the model, and of models that inherit from it, invalidate `topics_of(row, change)`.

    A change of only the fields in `ignore` invalidates nothing. May be called twice: the last call counts.
    """
    _topics_of[model] = topics_of
    _ignored[model] = frozenset(ignore)


def never_shown(*labels: str) -> None:
    """Declare that no page for visitors shows rows of these apps ("sessions") or models ("wagtailcore.revision")."""
    _never_shown.update(labels)


def is_declared(model: type[Model]) -> bool:
    return _declared(model) is not None


def is_shown(model: type[Model]) -> bool:
    return _never_shown.isdisjoint((model._meta.app_label, model._meta.label_lower))


def watch() -> None:
    """Connect the signals of every model that pages show. Call it when all packages are ready. May be called twice."""
    for model in filter(is_shown, apps.get_models()):
        post_save.connect(_saved, sender=model, dispatch_uid=f"topics_{model._meta.label}")
        post_delete.connect(_deleted, sender=model, dispatch_uid=f"topics_{model._meta.label}")
    m2m_changed.connect(_related, dispatch_uid="topics")


def _saved(
    sender: type[Model], instance: Model, *, created: bool, update_fields: Any, using: str, **kwargs: Any
) -> None:
    fields = None if update_fields is None else frozenset(update_fields)
    _invalidate(instance, Change(is_new=created, fields=fields), using)


def _deleted(sender: type[Model], instance: Model, *, using: str, **kwargs: Any) -> None:
    _invalidate(instance, Change(is_deleted=True), using)


def _related(sender: type[Model], instance: Model, *, action: str, using: str, **kwargs: Any) -> None:
    """The model behind a many-to-many field is called Model_field."""
    if action.startswith("post_") and is_shown(type(instance)):
        field = str(sender._meta.object_name).partition("_")[2]
        _invalidate(instance, Change(fields=frozenset({field}) if field else None), using)


def _invalidate(row: Model, change: Change, using: str) -> None:
    declared = _declared(type(row))
    if declared is None:
        found: tuple[str, ...] = (topics.ALL_PAGES,)
    elif change.fields is not None and change.fields <= _ignored[declared]:
        found = ()
    else:
        found = tuple(_topics_of[declared](row, change))
    if found:
        topics.invalidate(*found, using=using)


def _declared(model: type[Model]) -> type[Model] | None:
    return next((base for base in model.__mro__ if base in _topics_of), None)
