"""While the database is away: a sentence, and when to try again, instead of a fault; and soon, not after a wait of its
own for each who asks."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views import defaults

REST = 1.0
"""Seconds for which nobody is let through to a database that was found to be away."""
RETRY_AFTER = "10"
CONNECTION_FAULTS = ("08", "57P")
"""How PostgreSQL's codes for broken connections and for a server that goes or comes begin."""


class AwayMiddleware:
    """Stands where only those pass who need the database."""

    rests_until = 0.0

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if time.monotonic() < type(self).rests_until:
            return away(request)
        return self.get_response(request)


def away(request: HttpRequest) -> HttpResponse:
    """Drawn without the request, as nothing of it may lead to the database."""
    headers = {"Retry-After": RETRY_AFTER, "Cache-Control": "no-store"}
    return HttpResponse(render_to_string("503.html"), status=503, headers=headers)


def server_error(request: HttpRequest) -> HttpResponse:
    """What a fault that nobody caught becomes (`handler500`)."""
    fault = sys.exc_info()[1]
    if not isinstance(fault, OperationalError | InterfaceError):
        return defaults.server_error(request)
    if is_lost(fault):
        AwayMiddleware.rests_until = time.monotonic() + REST
    return away(request)


def is_lost(fault: BaseException) -> bool:
    """Whether the connection is, rather than what was asked of it (a row somebody else holds, a full disk)."""
    code = getattr(fault.__cause__, "sqlstate", "")
    return code is None or code.startswith(CONNECTION_FAULTS)
