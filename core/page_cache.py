"""Keeps values in the shared cache until something they were made from changes: anonymous pages, the frame around every
page, and answers of the search index. A value is never older than the last commit (ADR 16).

A value is stored with the versions of its topics (`core.topics`). It is valid while these are the current versions.
Each process also remembers the values it used last, so that a hit takes one round trip, for the versions alone.
A visitor with a session gets a page of their own. While the cache is unavailable every value is made for each request.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import blake2b
from threading import Lock
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.request import split_domain_port
from django.utils import timezone
from prometheus_client import Counter

from core import topics
from core.cache import of_this_release

PAGES = Counter("samverka_page_cache", "Pages that may be kept, by whether they were", ["outcome"])
SECONDS = 600
LOCAL_VALUES = 200
PRIVATE = "private, no-cache"
ASIDE = ("/admin/", "/static/", "/media/", "/documents/", "/health/", "/metrics", "/api/")

Value = TypeVar("Value")


@dataclass(frozen=True)
class Cached:
    """`value` with the versions of the topics it was made from. It is not used after `expires` (seconds, UNIX time)."""

    value: Any
    versions: dict[str, int]
    expires: float


class LocalValues:
    """The values a process used last, by key. Any thread may use it."""

    def __init__(self) -> None:
        self.values: OrderedDict[str, Cached] = OrderedDict()
        self.lock = Lock()

    def get(self, key: str) -> Cached | None:
        with self.lock:
            if key in self.values:
                self.values.move_to_end(key)
            return self.values.get(key)

    def set(self, key: str, cached: Cached) -> None:
        with self.lock:
            self.values[key] = cached
            self.values.move_to_end(key)
            if len(self.values) > LOCAL_VALUES:
                self.values.popitem(last=False)


local_values = LocalValues()


class Lookup:
    """One lookup of a key.

    `cached` is the valid value, or None. `before` are the versions read before a new value is made: those of the topics
    that the last value depended on, and that of `ANY_CHANGE`. It is None while the cache is unavailable.
    """

    def __init__(self, key: str) -> None:
        # A name may be long and contain any character; a cache key may not.
        self.key = of_this_release(blake2b(key.encode(errors="replace"), digest_size=16).hexdigest())
        self.before: dict[str, int] | None = None
        last = local_values.get(self.key)
        self.cached = last if last and is_valid(last) else None
        if self.cached is None:
            found = cache.get(self.key)
            if isinstance(found, Cached):
                last = found
                local_values.set(self.key, found)
                self.cached = found if is_valid(found) else None
        if self.cached is None:
            hints = last.versions if last else topics.EVERYWHERE
            self.before = topics.versions_of([*(topic for topic in hints), topics.ANY_CHANGE])

    def store(self, value: Any, dependencies: Iterable[str]) -> None:
        """Keep the value with the versions that were read before it was made.

        A topic whose version was not read before is read now. That version is still the old one if nothing has changed
        meanwhile. A change writes `ANY_CHANGE` first, and this method reads it last, so a new version is never mistaken
        for an old one. If something has changed, the value is not stored, but its dependencies are remembered for the
        next lookup.
        """
        if self.before is None:
            return
        dependencies = frozenset(dependencies)
        versions = self.before
        is_certain = True
        if unread := dependencies - versions.keys():
            now = topics.versions_of([*unread, topics.ANY_CHANGE])
            if now is None:
                return
            is_certain = now[topics.ANY_CHANGE] == versions[topics.ANY_CHANGE]
            versions = now | versions
        cached = Cached(
            value if is_certain else None,
            {topic: versions[topic] for topic in dependencies},
            time.time() + SECONDS if is_certain else 0,
        )
        local_values.set(self.key, cached)
        if is_certain:
            cache.set(self.key, cached, timeout=SECONDS)


def is_valid(cached: Cached) -> bool:
    return time.time() < cached.expires and topics.are_current(cached.versions)


def cached_until_changed(name: str, make: Callable[[], Value], *dependencies: str) -> Value:
    """Return what `make` returns, which must not be None.

    The value is kept until one of the topics in `dependencies` changes, or one that `make` records. A page that shows
    the value depends on the same topics.
    """
    lookup = Lookup(f"value:{name}")
    if lookup.cached is None:
        with topics.recording() as record:
            value = make()
        found = record.topics.union(dependencies)
        lookup.store(value, topics.EVERYWHERE | found)
    else:
        value, found = lookup.cached.value, set(lookup.cached.versions)
    topics.uses(*found)
    return value


class PageCacheMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not may_be_kept(request):
            return for_this_reader(self.get_response(request))
        # Pages name days relative to today, and terms may come into force: the date is part of the key.
        today = timezone.localdate()
        # `get_host` refuses a foreign host. Its spelling and port do not change the page.
        host = split_domain_port(request.get_host())[0]
        address = f"{today}:{request.scheme}://{host}{request.path}"
        lookup = Lookup(f"page:{address}")
        PAGES.labels("miss" if lookup.cached is None else "hit").inc()
        if lookup.cached is None:
            with topics.recording() as record:
                response = for_this_reader(self.get_response(request))
            if lookup.before is None or not worth_keeping(response):
                return response
            response.headers["ETag"] = f'W/"{blake2b(response.content, digest_size=8).hexdigest()}"'
            kept = response.content, dict(response.headers)
            lookup.store(kept, record.dependencies)
        else:
            kept = lookup.cached.value
        body, headers = kept
        if request.headers.get("If-None-Match") == headers["ETag"]:
            return HttpResponseNotModified(
                headers={"ETag": headers["ETag"], "Cache-Control": headers["Cache-Control"]}
            )
        return HttpResponse(body, headers=headers)


def for_this_reader(response: HttpResponse) -> HttpResponse:
    """Mark a page as private to this reader: browsers revalidate it each time, and no proxy keeps it."""
    if is_page(response):
        response.headers.setdefault("Cache-Control", PRIVATE)
    return response


def may_be_kept(request: HttpRequest) -> bool:
    """Whether the request is for an address without a session, a message or other credentials."""
    return (
        request.method == "GET"
        and not request.META.get("QUERY_STRING")
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and "messages" not in request.COOKIES
        and "HTTP_HX_REQUEST" not in request.META
        and "HTTP_AUTHORIZATION" not in request.META
        and not request.path.startswith(ASIDE)
    )


def is_page(response: HttpResponse) -> bool:
    return response.headers.get("Content-Type", "").startswith("text/html")


def worth_keeping(response: HttpResponse) -> bool:
    """Whether the response is a whole page with nothing personal: no cookie, so no form with a token either."""
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and is_page(response)
        and response.headers["Cache-Control"] == PRIVATE
    )
