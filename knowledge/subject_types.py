"""The kinds of subject of this package."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from knowledge.listings import SITEMAP, newest_pages
from knowledge.models import KnowledgePage, Work
from knowledge.search import SEARCH
from subjects.listings import ApiRoutes
from subjects.types import SubjectType, register


def language_of_work(work: Work) -> str:
    return work.page.language if work.page else ""


def authors_of_works(ids: Collection[int]) -> dict[int, set[int]]:
    """The members who wrote a page of each work."""
    authors: dict[int, set[int]] = {}
    pages = KnowledgePage.objects.filter(work__in=ids, owner__isnull=False)
    for work, author in pages.values_list("work", "owner"):
        authors.setdefault(work, set()).add(author)
    return authors


WORK = SubjectType(
    code="work",
    model=Work,
    label=_("Page"),
    label_plural=_("Pages"),
    language=language_of_work,
    responsible=authors_of_works,
    prefetch=("pages__locale",),
    position=10,
    urls=None,
    search=SEARCH,
    sitemap=SITEMAP,
    feed=newest_pages,
    api=ApiRoutes("/works", "knowledge.api.router"),
)


def register_all() -> None:
    register(WORK)
