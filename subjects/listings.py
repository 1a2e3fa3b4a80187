"""Where subjects are shown: the part of a declaration that the addresses, the sitemap, the feed and the API read."""

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
    """One page, with its address in each language it is in."""

    addresses: dict[str, str]
    changed: datetime | None


def entries_of(rows: Iterable[Model]) -> Iterator[SitemapEntry]:
    for row in rows:
        yield SitemapEntry(addresses_of(row), getattr(row, "last_published_at", None))


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What everyone may see of one kind, in files called by `name`. `rows` returns them in an order that stays, and
    `entries` makes the entries of some of them."""

    name: str
    rows: Callable[[], QuerySet[Any]]
    entries: Callable[[Iterable[Any]], Iterator[SitemapEntry]] = entries_of


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry of the public feed. `name` never changes, whatever becomes of the address: "page:7"."""

    name: str
    title: str
    summary: str
    url: str
    published: datetime | None
    updated: datetime | None


Feed = Callable[[str, int], Iterable[FeedEntry]]
"""From a language and a number to so many entries that everyone may see in it, newest first."""


class UrlRoutes(NamedTuple):
    """Where the pages of a kind are, below the language, and the dotted name of the module with their `urlpatterns`."""

    path: str | _StrPromise
    module: str


class ApiRoutes(NamedTuple):
    """Where the API answers for a kind, and the dotted name of the router that does."""

    path: str
    router: str
