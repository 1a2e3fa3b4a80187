"""Anonymous pages from the shared cache: quick when warm, never older than the last commit.

A page is kept under its address and a generation number, which every public change raises; nothing is ever thrown out
by hand. Whoever has a session gets a page of their own. A cache that is away makes pages slower, not wrong.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from allauth.account.signals import user_signed_up
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest, HttpResponse
from django_tasks.signals import task_finished
from prometheus_client import Counter
from wagtail.models import Page
from wagtail.signals import page_published, page_unpublished

from community.discussions import signals as discussions
from community.members.models import Member
from community.organisations import signals as organisations
from community.projects import signals as projects
from knowledge import signals as knowledge
from knowledge.models import Area, Place, Tag, Technology, Theme

PAGES = Counter("samverka_page_cache", "Pages that may be kept, by whether they were", ["outcome"])

logger = logging.getLogger(__name__)

GENERATION = "pages:generation"
SECONDS = 600
CHANGES = (
    knowledge.work_changed,
    projects.projects_changed,
    organisations.organisations_changed,
    organisations.membership_confirmed,
    discussions.post_published,
    discussions.post_changed,
    discussions.post_removed,
    discussions.thread_locked,
    discussions.thread_unlocked,
    page_published,
    page_unpublished,
    user_signed_up,
)
SHOWN_EVERYWHERE = (Area, Place, Tag, Technology, Theme)


def raise_generation(**kwargs: Any) -> None:
    """From the commit on, every kept page is forgotten."""
    transaction.on_commit(_raise_now, robust=True)


def generation() -> int:
    """Part of the key of whatever is kept until something public changes."""
    return cache.get(GENERATION, 0)


def _raise_now() -> None:
    cache.set(GENERATION, time.time_ns(), timeout=None)


def index_written(sender: Any, task_result: Any, **kwargs: Any) -> None:
    """What stands beside a page (alike, partners) comes from the index, which follows a moment after the commit."""
    if task_result.task.queue_name == "index":
        _raise_now()


def member_saved(sender: Any, update_fields: Any = None, **kwargs: Any) -> None:
    """A name may have changed; signing in changes nothing anybody sees."""
    if set(update_fields or ()) != {"last_login"}:
        raise_generation()


def watch() -> None:
    """Listen to everything that changes a public page. Safe to repeat."""
    for signal in CHANGES:
        signal.connect(raise_generation, dispatch_uid="page_cache")
    for model in SHOWN_EVERYWHERE:
        post_save.connect(raise_generation, sender=model, dispatch_uid=f"page_cache_{model.__name__}")
    post_delete.connect(raise_generation, sender=Page, dispatch_uid="page_cache_page")
    post_save.connect(member_saved, sender=Member, dispatch_uid="page_cache_member")
    task_finished.connect(index_written, dispatch_uid="page_cache_index")


class PageCacheMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not may_be_kept(request):
            return self.get_response(request)
        try:
            key = f"page:{generation()}:{request.get_host()}:{request.path}"
            kept = cache.get(key)
        except Exception:
            logger.exception("The cache is away")
            return self.get_response(request)
        PAGES.labels("miss" if kept is None else "hit").inc()
        if kept is not None:
            return kept
        response = self.get_response(request)
        if worth_keeping(response):
            cache.set(key, response, timeout=SECONDS)
        return response


def may_be_kept(request: HttpRequest) -> bool:
    """A plain address asked for by somebody we know nothing of."""
    return (
        request.method == "GET"
        and not request.META.get("QUERY_STRING")
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and not request.headers.get("HX-Request")
        and not request.path.startswith(("/admin/", "/static/", "/media/", "/documents/", "/health/"))
    )


def worth_keeping(response: HttpResponse) -> bool:
    """A whole page without anything personal: no cookie, so no form with a token either."""
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and response.headers.get("Content-Type", "").startswith("text/html")
    )
