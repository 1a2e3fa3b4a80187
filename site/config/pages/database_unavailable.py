"""Answers 503 at once while the database is unavailable, with a sentence that says so and a Retry-After header."""

from __future__ import annotations

import sys
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views import defaults

from core.postgresql import is_unavailable

RETRY_AFTER = "10"


class DatabaseUnavailableMiddleware:
    """Its place is after the middleware that needs no database: static files and cached pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return unavailable(request) if is_unavailable() else self.get_response(request)


def unavailable(request: HttpRequest) -> HttpResponse:
    """Render without the request, because a context processor could query the database."""
    headers = {"Retry-After": RETRY_AFTER, "Cache-Control": "no-store"}
    return HttpResponse(render_to_string("503.html"), status=503, headers=headers)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer an exception that no view caught (`handler500`)."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return unavailable(request)
    return defaults.server_error(request)
