"""Every kind of page is declared whole: what one list leaves out would fail where results are shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.core.checks import Error, register
from django.template.exceptions import TemplateDoesNotExist
from django.template.loader import get_template
from wagtail.models import get_page_models

from knowledge.models import KnowledgePage, SectionPage
from knowledge.seeding import SECTIONS
from search.cards import KIND_NAMES
from search.labels import KIND_LABELS
from search.records import KINDS
from search.sources import sources


@register()
def every_kind_is_declared_whole(app_configs: Any, **kwargs: Any) -> list[Error]:
    page_types = {
        model.kind: model
        for model in get_page_models()
        if issubclass(model, KnowledgePage) and model is not KnowledgePage
    }
    found = {kind for source in sources() for kind in source.kinds}
    return [
        Error(f"The kind “{kind}” has no {what}.", hint=f"See {where}.", id="search.E001")
        for kind in sorted({*page_types, *found})
        for what, where in missing(kind, found, page_types.get(kind))
    ]


def missing(kind: str, found: set[str], page_type: type[KnowledgePage] | None) -> Iterator[tuple[str, str]]:
    """What a kind lacks, and where it is declared."""
    if kind not in found:
        yield "search source", "search/apps.py"
    if kind not in KINDS:
        yield "place among the kinds of records", "search/records.py"
    if kind not in KIND_LABELS:
        yield "label in the plural", "search/labels.py"
    if kind not in KIND_NAMES:
        yield "name in the singular", "search/cards.py"
    if f'id="{kind.replace("_", "-")}"' not in sprite():
        yield "icon", "site/static/icons/sprite.svg"
    if page_type is None:
        return
    if kind not in dict(SECTIONS):
        yield "section", "knowledge/seeding.py"
    if page_type not in SectionPage.allowed_subpage_models():
        yield "place below a section", "SectionPage.subpage_types"
    try:
        get_template(page_type.template)
    except TemplateDoesNotExist:
        yield "template", page_type.template


def sprite() -> str:
    path = finders.find("icons/sprite.svg")
    return Path(path).read_text(encoding="utf-8") if path else ""
