from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import get_language

from knowledge.models import Area, KnowledgePage, SectionPage

register = template.Library()


@register.simple_tag
def latest(kind: str, limit: int = 4) -> list[KnowledgePage]:
    """The newest live pages of a kind in the active language."""
    pages = KnowledgePage.objects.live().filter(work__kind=kind, locale__language_code=get_language()).for_cards()
    return list(pages[:limit])


@register.simple_tag
def section_of(kind: str) -> SectionPage | None:
    """The section that lists a kind, in the active language."""
    return SectionPage.objects.live().filter(lists=kind, locale__language_code=get_language()).first()


@register.simple_tag
def divisions() -> list[Area]:
    """The ten areas of society."""
    return list(Area.objects.top())


@register.simple_tag
def reading_minutes(page: Any) -> int:
    """Whole minutes, at 220 words a minute; never less than one."""
    texts = [page.summary, str(getattr(page, "body", "")), *(str(block) for block in getattr(page, "chapters", ()))]
    return max(1, round(sum(len(text.split()) for text in texts) / 220))
