"""Read a model's fields by name, where only the name is known."""

from __future__ import annotations

from typing import Any

from django.db.models import Field, Model


def field_of(model: type[Model] | Model, name: str) -> Field[Any, Any]:
    """Return the model's own field. Raises `FieldDoesNotExist`, also for a relation that another model declares."""
    return next(field for field in model._meta.fields if field.name == name)


def related_model(model: type[Model], name: str) -> Any:
    """Return the model at the other end of a relation, from either side. A queryset cannot import it: models import
    their querysets."""
    return model._meta.get_field(name).related_model
