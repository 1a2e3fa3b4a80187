from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.checks import Error, register
from django.template.exceptions import TemplateDoesNotExist
from django.template.loader import get_template
from wagtail.models import Page, get_page_models
from wagtail_localize.fields import get_translatable_fields

from knowledge.models import KnowledgePage, SectionPage
from knowledge.search import SEARCH
from knowledge.seeding import SECTIONS


@register()
def every_page_type_has_a_kind(app_configs: Any, **kwargs: Any) -> list[Error]:
    """A page type without a kind would silently be missing from search and discussions."""
    return [
        Error(f"{model.__name__} has no kind.", hint="Set `kind` on the class.", id="knowledge.E001")
        for model in get_page_models()
        if issubclass(model, KnowledgePage) and model is not KnowledgePage and not model.kind
    ]


@register()
def every_kind_of_page_is_declared_whole(app_configs: Any, **kwargs: Any) -> list[Error]:
    """A page type that is missing from one of the lists would fail where pages are listed or found."""
    return [
        Error(f"The kind of page “{model.kind}” has no {what}.", hint=f"See {where}.", id="knowledge.E003")
        for model in get_page_models()
        if issubclass(model, KnowledgePage) and model is not KnowledgePage and model.kind
        for what, where in missing(model)
    ]


def missing(model: type[KnowledgePage]) -> Iterator[tuple[str, str]]:
    """Yield what a type of page lacks, and the place to declare it."""
    if model.kind not in {kind.code for kind in SEARCH.kinds}:
        yield "kind of record", "knowledge/search.py"
    if model.kind not in dict(SECTIONS):
        yield "section", "knowledge/seeding.py"
    if model not in SectionPage.allowed_subpage_models():
        yield "place below a section", "SectionPage.subpage_types"
    try:
        get_template(model.template)
    except TemplateDoesNotExist:
        yield "template", model.template


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
