from __future__ import annotations

from typing import Any

from django.core.checks import Error, register
from wagtail.models import get_page_models

from knowledge.models import KnowledgePage


@register()
def every_page_type_has_a_kind(app_configs: Any, **kwargs: Any) -> list[Error]:
    """A page type without a kind would be missing from search and discussions without anybody noticing."""
    return [
        Error(f"{model.__name__} has no kind.", hint="Set `kind` on the class.", id="knowledge.E001")
        for model in get_page_models()
        if issubclass(model, KnowledgePage) and model is not KnowledgePage and not model.kind
    ]
