"""The sitemap: every public page in each of its languages, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import override
from wagtail.models import Page

from community.organisations.models import Organisation
from community.projects.models import Project
from core.audience import ANONYMOUS
from core.own_address import site_address, whole_address
from knowledge.models import Area, HomePage, KnowledgePage

PART = 5000
"""Things a file; a file may hold 50,000 addresses, and each thing has one a language."""
MOST_PARTS = 50_000
"""Files an index may name (sitemaps.org)."""


@dataclass(frozen=True)
class Found:
    """Addresses by language."""

    addresses: dict[str, str]
    changed: datetime | None


def pages() -> QuerySet[Any]:
    """Every live page below a home, translations side by side."""
    below = Q(pk__in=[])
    for path in HomePage.objects.live().values_list("path", flat=True):
        below |= Q(path__startswith=path)
    return Page.objects.live().filter(below).select_related("locale").order_by("translation_key", "pk")


def projects() -> QuerySet[Any]:
    return (
        Project.objects.visible_to(ANONYMOUS).filter(live=True).only("pk", "last_published_at").order_by("pk")
    )


def organisations() -> QuerySet[Any]:
    return Organisation.objects.visible_to(ANONYMOUS).only("pk", "slug").order_by("pk")


def areas() -> QuerySet[Any]:
    """Those that something public is in, or in a narrower one."""
    pages, projects_in = KnowledgePage.objects.live(), Project.objects.visible_to(ANONYMOUS).filter(live=True)
    used = Area.objects.filter(Q(knowledgepage__in=pages) | Q(projects__in=projects_in)).order_by()
    return Area.objects.filter(Q(pk__in=used) | Q(children__in=used)).distinct().order_by("pk")


def found_pages(rows: Any) -> Iterator[Found]:
    for _key, group in groupby(rows, key=lambda page: page.translation_key):
        together = list(group)
        yield Found(
            {page.locale.language_code: page.url for page in together if page.url},
            max((page.last_published_at for page in together if page.last_published_at), default=None),
        )


def found_rows(rows: Any) -> Iterator[Found]:
    for row in rows:
        addresses = {}
        for code, _label in settings.LANGUAGES:
            with override(code):
                addresses[code] = row.get_absolute_url()
        yield Found(addresses, getattr(row, "last_published_at", None))


KINDS: dict[str, tuple[Callable[[], QuerySet[Any]], Callable[[Any], Iterator[Found]]]] = {
    "pages": (pages, found_pages),
    "projects": (projects, found_rows),
    "organisations": (organisations, found_rows),
    "areas": (areas, found_rows),
}


def index(request: HttpRequest) -> HttpResponse:
    """The files there are. One query a kind."""
    parts = [
        whole_address(reverse("sitemap_part", args=[kind, number]))
        for kind, (rows, _found) in KINDS.items()
        for number in range(1, -(-rows().count() // PART) + 1)
    ]
    return render(request, "site/sitemap_index.xml", {"parts": parts}, content_type="application/xml")


def part(request: HttpRequest, kind: str, part: int) -> HttpResponse:
    if kind not in KINDS or not 1 <= part <= MOST_PARTS:
        raise Http404
    rows, found = KINDS[kind]
    things = list(found(rows()[(part - 1) * PART : part * PART]))
    if not things and part > 1:
        raise Http404
    context = {"things": things, "root": site_address()}
    return render(request, "site/sitemap.xml", context, content_type="application/xml")
