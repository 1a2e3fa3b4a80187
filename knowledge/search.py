"""How works are found: all live translations are one record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, F, OuterRef, Prefetch, QuerySet
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _

from core.records import SearchRecord, Text
from core.rich_text import plain_text
from knowledge.models import ArticlePage, GuidePage, KnowledgePage, UseCasePage, Work
from knowledge.records import (
    AREA,
    COUNTRY,
    PLACE,
    STAGE,
    TECHNOLOGY,
    THEME,
    at_midnight,
    broader,
    codes_of,
    keywords_of,
    known_language,
    line_of,
    place_fields,
    stated,
    with_terms,
)
from knowledge.signals import works_changed
from subjects.search import RecordKind, SearchSource


def indexable_works() -> QuerySet[Work]:
    """Works with a live page that someone may see, with their live pages only."""
    live = KnowledgePage.objects.live()
    pages = (
        live.specific()
        .select_related("locale")
        .prefetch_related(*with_terms(), "themes", "tagged_items__tag")
    )
    return (
        Work.objects.filter(Exists(live.filter(work=OuterRef("pk"))))
        .exclude(subject__audience=frozenset())
        .select_related("subject")
        .prefetch_related(Prefetch("pages", pages))
    )


def published_works() -> QuerySet[Any]:
    return Work.objects.filter(pages__live=True).annotate(read_in=F("pages__locale__language_code"))


def build_work(work: Work) -> SearchRecord:
    """Build the record. The oldest page decides where translations differ."""
    pages: list[KnowledgePage] = sorted(work.pages.all(), key=lambda page: page.pk)
    original = pages[0]
    place = getattr(original, "place", None)
    areas = broader(area for page in pages for area in page.areas.all())
    technologies = broader(technology for page in pages for technology in page.technologies.all())
    themes = {theme.code: theme for page in pages for theme in page.themes.all()}
    tags = dict.fromkeys(item.tag.name for page in pages for item in page.tagged_items.all())
    return SearchRecord(
        kind=work.kind,
        id=work.pk,
        texts={
            known_language(page.language): Text(
                title=page.title, summary=page.summary, body="\n\n".join(body_of(page))
            )
            for page in pages
        },
        language=known_language(original.language),
        audience=work.audience,
        urls={known_language(page.language): page.url or "" for page in pages},
        keywords=keywords_of([*areas, *technologies, *themes.values(), *line_of(place)], tags),
        areas=codes_of(areas),
        technologies=codes_of(technologies),
        themes=tuple(themes),
        tags=tuple(tags),
        stage=getattr(original, "stage", ""),
        **place_fields(place),
        published=min((page.first_published_at for page in pages if page.first_published_at), default=None),
        updated=max((page.last_published_at for page in pages if page.last_published_at), default=None),
        confirmed=at_midnight(
            max((page.last_confirmed for page in pages if page.last_confirmed), default=None)
        ),
    )


def body_of(page: KnowledgePage) -> Iterator[str]:
    if isinstance(page, UseCasePage):
        yield from (plain_text(text) for text in stated(page))
    elif isinstance(page, ArticlePage):
        yield strip_tags(page.body.replace("<", " <"))
    elif isinstance(page, GuidePage):
        yield from page.chapters.stream_block.get_searchable_content(page.chapters)


SEARCH = SearchSource(
    kinds=(
        RecordKind(
            code="use_case",
            label=_("Use case"),
            label_plural=_("Use cases"),
            icon="use-case",
            is_evidence=True,
            is_resembled=True,
        ),
        RecordKind(code="guide", label=_("Guide"), label_plural=_("Guides"), icon="guide"),
        RecordKind(
            code="article", label=_("Article"), label_plural=_("Articles"), icon="article", shows_date=True
        ),
    ),
    indexable=indexable_works,
    published=published_works,
    build=build_work,
    changed=works_changed,
    facets=(AREA, TECHNOLOGY, STAGE, COUNTRY, PLACE, THEME),
)
