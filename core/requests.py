"""The type of a request, for annotations. Django makes the object, and middleware sets the attributes named here."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from core.audience import Viewer


class SiteRequest(HttpRequest):
    """`viewer` is set by `core.audience.ViewerMiddleware`, `htmx` by django-htmx, and `retry_after` (seconds) by a
    limit that was exceeded.

    The frame around a page reads `wagtail_page`. On other pages it reads `addresses`: the page's address in each
    language.
    """

    viewer: Viewer
    htmx: HtmxDetails
    retry_after: int | None
    wagtail_page: Any
    addresses: dict[str, str]


class AccountRequest(SiteRequest):
    """For packages below `members`: `user` is a signed-in user of an unknown model."""

    user: Any
