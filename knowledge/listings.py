"""Pages in the sitemap and in the public feed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from django.db.models import Q, QuerySet
from wagtail.models import Page

from core.audience import ANONYMOUS
from knowledge.models import HomePage, KnowledgePage
from subjects.listings import FeedEntry, Sitemap, SitemapEntry


def public_pages() -> QuerySet[Any]:
    """Every live page below a home page, also pages without a work. Translations stand side by side."""
    below = Q(pk__in=[])
    for path in HomePage.objects.live().values_list("path", flat=True):
        below |= Q(path__startswith=path)
    return Page.objects.live().filter(below).select_related("locale").order_by("translation_key", "pk")


def entries_of_pages(pages: Iterable[Any]) -> Iterator[SitemapEntry]:
    """One entry for each page with its translations."""
    for _key, group in groupby(pages, key=lambda page: page.translation_key):
        together = list(group)
        yield SitemapEntry(
            {page.locale.language_code: page.url for page in together if page.url},
            max((page.last_published_at for page in together if page.last_published_at), default=None),
        )


def newest_pages(language: str, limit: int) -> list[FeedEntry]:
    """The newest use cases, guides and articles that everyone may read in the language."""
    pages = KnowledgePage.objects.visible_to(ANONYMOUS).filter(locale__language_code=language)
    return [
        FeedEntry(
            name=f"page:{page.pk}",
            title=page.title,
            summary=page.summary,
            url=page.url or "",
            published=page.first_published_at,
            updated=page.last_published_at,
        )
        for page in pages.select_related("work").order_by("-first_published_at", "-pk")[:limit]
    ]


SITEMAP = Sitemap("pages", public_pages, entries_of_pages)
