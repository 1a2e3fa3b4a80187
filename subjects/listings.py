"""The part of a declaration that the addresses, the sitemap, the feed and the API read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Model, QuerySet
from django.utils.translation import override

from core.records import LANGUAGES

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


def addresses_of(subject: Any) -> dict[str, str]:
    """The path of a subject's page for readers of each language."""
    addresses = {}
    for language in LANGUAGES:
        with override(language):
            addresses[language] = subject.get_absolute_url()
    return addresses


@dataclass(frozen=True, slots=True)
class SitemapEntry:
    """One page, with its address in each of its languages."""

    addresses: dict[str, str]
    changed: datetime | None


def entries_of(rows: Iterable[Model]) -> Iterator[SitemapEntry]:
    for row in rows:
        yield SitemapEntry(addresses_of(row), getattr(row, "last_published_at", None))


@dataclass(frozen=True, slots=True)
class Sitemap:
    """The public objects of one kind, in sitemap files called `name`. `rows` returns them in a stable order.
    `entries` makes the entries of a part of them."""

    name: str
    rows: Callable[[], QuerySet[Any]]
    entries: Callable[[Iterable[Any]], Iterator[SitemapEntry]] = entries_of


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry of the public feed. `name` never changes, even when the address does: "page:7"."""

    name: str
    title: str
    summary: str
    url: str
    published: datetime | None
    updated: datetime | None


Feed = Callable[[str, int], Iterable[FeedEntry]]
"""Takes a language and a limit. Returns at most that many public entries in the language, newest first."""


class UrlRoutes(NamedTuple):
    """The path of a kind's pages below the language, and the dotted name of the module with their `urlpatterns`."""

    path: str | _StrPromise
    module: str


class ApiRoutes(NamedTuple):
    """The path of a kind in the API, and the dotted name of its router."""

    path: str
    router: str
