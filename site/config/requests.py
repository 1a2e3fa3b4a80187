"""What stands outermost around every request: its id, its line in the log, its place in the metrics; and the doors
for those who look after the site, which need no host name, session or encryption."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from config import health, logs

logger = logging.getLogger(__name__)

# As proxies make them. Anything else could be somebody's name.
WELL_FORMED = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
DOORS: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/health/live": health.live_door,
    "/health/ready": health.ready_door,
}


class ObservedMiddleware:
    """Under WSGI and ASGI alike; under ASGI a door never holds up the thread that pages are made in."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponse | Awaitable[HttpResponse]:
        if self.is_async:
            return self._answer_later(request)
        if door := DOORS.get(request.path_info):
            return door(request)
        with observed(request) as tell:
            return tell(self.get_response(request))

    async def _answer_later(self, request: HttpRequest) -> HttpResponse:
        if door := DOORS.get(request.path_info):
            return await sync_to_async(door, thread_sensitive=False)(request)
        with observed(request) as tell:
            return tell(await self.get_response(request))


@contextmanager
def observed(request: HttpRequest) -> Iterator[Callable[[HttpResponse], HttpResponse]]:
    """While a request is answered its id is known; the block tells the answer."""
    given = request.headers.get("X-Request-ID", "")
    name = given if WELL_FORMED.fullmatch(given) else uuid4().hex
    began = time.perf_counter()

    def tell(response: HttpResponse) -> HttpResponse:
        response.headers["X-Request-ID"] = name
        seconds = time.perf_counter() - began
        view, method = view_of(request, response), request.method if request.method in METHODS else "other"
        logger.info(
            "%s %s %d %d ms",
            *(method, view, response.status_code, seconds * 1000),
            extra={
                "view": view,
                "method": method,
                "status": response.status_code,
                "milliseconds": round(seconds * 1000, 1),
            },
        )
        return response

    before = logs.request_id.set(name)
    try:
        yield tell
    finally:
        logs.request_id.reset(before)


def view_of(request: HttpRequest, response: HttpResponse) -> str:
    """What answered, by a name the code gave it: never a part of the address."""
    if request.resolver_match:
        return request.resolver_match.view_name or request.resolver_match._func_path
    if request.path_info.startswith(settings.STATIC_URL):
        return "static"
    # Only the page cache answers well before the address is looked up.
    return "kept" if response.status_code == 200 else "none"
