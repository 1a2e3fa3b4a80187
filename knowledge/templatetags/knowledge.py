from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.utils.translation import get_language

from knowledge.models import Area, KnowledgePage

register = template.Library()


@register.simple_tag
def latest(kind: str, limit: int = 4) -> list[KnowledgePage]:
    """The newest live pages of a kind in the active language. One query."""
    pages = (
        KnowledgePage.of_kind(kind).objects.live().filter(locale__language_code=get_language()).for_cards()
    )
    return list(pages[:limit])


@register.simple_tag(takes_context=True)
def section_of(context: Context, kind: str) -> Any:
    """The section that lists a kind, among those in the frame of the page."""
    return next((section for section in context["site_sections"] if section.lists == kind), None)


@register.simple_tag
def divisions() -> list[Area]:
    """The ten areas of society."""
    return list(Area.objects.top())


@register.simple_tag
def reading_minutes(page: Any) -> int:
    """Whole minutes, at 220 words a minute; never less than one."""
    chapters = getattr(page, "chapters", None)
    told = chapters.stream_block.get_searchable_content(chapters) if chapters else []
    texts = [page.summary, getattr(page, "body", ""), *told]
    return max(1, round(sum(len(text.split()) for text in texts) / 220))
