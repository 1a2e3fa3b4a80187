from __future__ import annotations

from typing import Any

from django.core.checks import Error, register
from wagtail.models import Page, get_page_models
from wagtail_localize.fields import get_translatable_fields

from knowledge.models import KnowledgePage


@register()
def every_page_type_has_a_kind(app_configs: Any, **kwargs: Any) -> list[Error]:
    """A page type without a kind would be missing from search and discussions without anybody noticing."""
    return [
        Error(f"{model.__name__} has no kind.", hint="Set `kind` on the class.", id="knowledge.E001")
        for model in get_page_models()
        if issubclass(model, KnowledgePage) and model is not KnowledgePage and not model.kind
    ]


@register()
def every_field_is_text_or_shared(app_configs: Any, **kwargs: Any) -> list[Error]:
    """A field in neither list would be missing from translations, or offered to translators as text."""
    return [
        Error(
            f"{model.__name__}.{name} is neither translated nor shared.",
            hint="Add it to `translatable_fields`.",
            id="knowledge.E002",
        )
        for model in get_page_models()
        if model._meta.app_label == "knowledge" and model.is_creatable
        for name in undeclared(model)
    ]


def undeclared(model: type[Page]) -> list[str]:
    """The names of the editable fields of our own that `translatable_fields` leaves out."""
    declared = {field.field_name for field in get_translatable_fields(model)}
    if "shared_terms" in declared:
        declared |= {*KnowledgePage.TERMS, "tags"}
    own = [field for field in model._meta.get_fields() if getattr(field, "editable", False)]
    return [
        field.name
        for field in own
        if field.model is not Page and not field.auto_created and field.name not in declared
    ]
