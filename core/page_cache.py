"""Anonymous pages from the shared cache: quick when warm, never older than the last commit.

Every page is kept with the generation it was drawn in, and each commit that writes to a table a stranger's page could
show begins a new one. What writes does not matter: the connection itself is watched, so neither a verb, an editor, a
bulk import nor a deletion in cascade can be forgotten. Whoever has a session gets a page of their own. A cache that is
away makes pages slower, not wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache as once
from functools import partial
from hashlib import blake2b
from secrets import token_hex
from typing import Any, TypeVar

from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.db import connections, transaction
from django.db.backends.signals import connection_created
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils import timezone
from django_tasks.signals import task_finished
from prometheus_client import Counter

from core.cache import of_this_release
from core.tasks import task

PAGES = Counter("samverka_page_cache", "Pages that may be kept, by whether they were", ["outcome"])
GENERATION = "pages:generation"
SECONDS = 600
PRIVATE = "private, no-cache"
WRITES = re.compile(
    r"(?:INSERT(?: OR \w+)? INTO|REPLACE INTO|UPDATE(?: ONLY)?|DELETE FROM|TRUNCATE(?: TABLE)?)\s+\"?(\w+)",
    re.I,
)
UNSEEN_APPS = frozenset(
    {
        *("account", "mfa", "sessions", "mail", "notifications", "contact"),
        *("operations", "audit", "django_tasks_database", "modelsearch", "wagtailsearch"),
    }
)
UNSEEN = frozenset(
    {
        *("knowledge.renderedtext", "members.consent", "organisations.mergecandidate"),
        *("wagtailcore.modellogentry", "wagtailcore.pagelogentry", "wagtailcore.referenceindex"),
    }
)
"""What no stranger's page shows. Whatever is not named here counts as shown."""
OWN_AFFAIRS = re.compile(r'UPDATE "members_member" SET "(?:last_login|password|policies_read)" = %s WHERE')
ASIDE = ("/admin/", "/static/", "/media/", "/documents/", "/health/", "/metrics", "/api/")

Value = TypeVar("Value")


def raise_generation() -> None:
    """From now on, every kept page is forgotten. Where the cache is away, as soon as it is back."""
    cache.set(GENERATION, token_hex(8), timeout=None)
    if cache.get(GENERATION) is None:
        Owed.remember()
    else:
        Owed.is_owed = False


class Owed:
    """A generation that could not be told while the cache was away. This process tells it before it reads again, and
    the worker does for those that never noticed."""

    is_owed = False

    @classmethod
    def remember(cls) -> None:
        if not cls.is_owed:
            cls.is_owed = True
            tell_generation.enqueue()


@task(queue="framework")
def tell_generation() -> None:
    """Raises until the cache is back, so that the worker tries again."""
    cache.set(GENERATION, token_hex(8), timeout=None)
    if cache.get(GENERATION) is None:
        raise ConnectionError("The cache is away")


def look_up(key: str) -> tuple[str | None, Any]:
    """The present generation, None while the cache is away; and what this release keeps of it under the key, or None.
    One trip."""
    if Owed.is_owed:
        raise_generation()
    key = of_this_release(key)
    found = cache.get_many([GENERATION, key])
    generation = found.get(GENERATION)
    if generation is None:
        cache.add(GENERATION, token_hex(8), timeout=None)
        return cache.get(GENERATION), None
    drawn_in, value = found.get(key, (None, None))
    return generation, value if drawn_in == generation else None


def keep(key: str, generation: str, value: Any) -> None:
    """`generation` is the one looked up before `value` was made: what a commit overtook is kept for nobody."""
    cache.set(of_this_release(key), (generation, value), timeout=SECONDS)


def kept_until_changed(name: str, make: Callable[[], Value]) -> Value:
    """What `make` answers, made anew when something public has changed."""
    key = f"kept:{name}"
    generation, value = look_up(key)
    if value is None:
        value = make()
        if generation is not None:
            keep(key, generation, value)
    return value


def note_writes(
    execute: Callable[..., Any], sql: Any, params: Any, many: Any, context: dict[str, Any]
) -> Any:
    """Around every statement: one that changes what strangers see begins a new generation with its commit."""
    result = execute(sql, params, many, context)
    if is_seen(sql if isinstance(sql, str) else str(sql)):
        connection = context["connection"]
        connection.has_news = True
        transaction.on_commit(partial(tell_news, connection), using=connection.alias, robust=True)
    return result


def tell_news(connection: Any) -> None:
    """Once a commit, however much it wrote."""
    if connection.has_news:
        connection.has_news = False
        raise_generation()


def is_seen(sql: str) -> bool:
    if sql.startswith("SELECT"):
        return False
    written = WRITES.search(sql)
    return written is not None and written[1] not in unseen_tables() and not OWN_AFFAIRS.match(sql)


@once
def unseen_tables() -> frozenset[str]:
    models = apps.get_models(include_auto_created=True)
    hidden = (
        model for model in models if model._meta.app_label in UNSEEN_APPS or model._meta.label_lower in UNSEEN
    )
    return frozenset({"django_migrations", *(model._meta.db_table for model in hidden)})


def watch_connection(sender: Any, connection: Any, **kwargs: Any) -> None:
    if note_writes not in connection.execute_wrappers:
        connection.execute_wrappers.append(note_writes)


def index_written(sender: Any, task_result: Any, **kwargs: Any) -> None:
    """What stands beside a page (alike, partners) comes from the index, which follows a moment after the commit."""
    if task_result.task.queue_name == "index":
        raise_generation()


def watch() -> None:
    """Safe to repeat."""
    connection_created.connect(watch_connection, dispatch_uid="page_cache")
    for connection in connections.all(initialized_only=True):
        watch_connection(None, connection)
    task_finished.connect(index_written, dispatch_uid="page_cache_index")


class PageCacheMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not may_be_kept(request):
            return for_this_reader(self.get_response(request))
        today = timezone.localdate()  # What is said of days, and which text is in force, is anew at midnight.
        address = f"{today}:{request.scheme}://{request.get_host()}{request.path}"
        # An address may be long and hold anything; a cache's key may not.
        key = f"page:{blake2b(address.encode(errors='replace'), digest_size=16).hexdigest()}"
        generation, kept = look_up(key)
        PAGES.labels("miss" if kept is None else "hit").inc()
        if kept is None:
            response = for_this_reader(self.get_response(request))
            if generation is None or not worth_keeping(response):
                return response
            response.headers["ETag"] = f'W/"{blake2b(response.content, digest_size=8).hexdigest()}"'
            kept = response.content, dict(response.headers)
            keep(key, generation, kept)
        body, headers = kept
        if request.headers.get("If-None-Match") == headers["ETag"]:
            return HttpResponseNotModified(
                headers={"ETag": headers["ETag"], "Cache-Control": headers["Cache-Control"]}
            )
        return HttpResponse(body, headers=headers)


def for_this_reader(response: HttpResponse) -> HttpResponse:
    """A page is this reader's alone, asked about again each time; no cache between us keeps it."""
    if is_page(response):
        response.headers.setdefault("Cache-Control", PRIVATE)
    return response


def may_be_kept(request: HttpRequest) -> bool:
    """A plain address asked for by somebody we know nothing of."""
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
    """A whole page without anything personal: no cookie, so no form with a token either."""
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and is_page(response)
        and response.headers["Cache-Control"] == PRIVATE
    )
