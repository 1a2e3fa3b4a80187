"""While the database is away: a sentence, and when to try again, instead of a fault; and soon, not after a wait of its
own for each who asks."""

from __future__ import annotations

import sys
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views import defaults

from core.postgresql import is_away

RETRY_AFTER = "10"


class AwayMiddleware:
    """Stands where only those pass who need the database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return away(request) if is_away() else self.get_response(request)


def away(request: HttpRequest) -> HttpResponse:
    """Drawn without the request, as nothing of it may lead to the database."""
    headers = {"Retry-After": RETRY_AFTER, "Cache-Control": "no-store"}
    return HttpResponse(render_to_string("503.html"), status=503, headers=headers)


def server_error(request: HttpRequest) -> HttpResponse:
    """What a fault that nobody caught becomes (`handler500`)."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return away(request)
    return defaults.server_error(request)
