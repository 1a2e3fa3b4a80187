"""Look up a model's fields by name, where only the name is known."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, Model


def field_of(model: type[Model] | Model, name: str) -> Field[Any, Any]:
    """Return the model's own field. Raises `FieldDoesNotExist`, also for a relation that another model declares."""
    found = model._meta.get_field(name)
    if not isinstance(found, Field):
        raise FieldDoesNotExist(name)
    return found


def related_model(model: type[Model], name: str) -> Any:
    """Return the model at the other end of a relation, from either side. A queryset cannot import it: models import
    their querysets."""
    return model._meta.get_field(name).related_model
