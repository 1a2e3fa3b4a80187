"""What stands outermost around every request: its id, its line in the log, its place in the metrics; and the doors
for those who look after the site, which need no host name, session or encryption."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from secrets import token_hex
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound

from operations.observability import health, logs, metrics

logger = logging.getLogger(__name__)

# As proxies make them. Anything else could be somebody's name.
WELL_FORMED = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
DOORS: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/health/live": health.live_door,
    "/health/ready": health.ready_door,
    "/metrics": metrics.metrics_door,
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


def open_doors(port: int) -> None:
    """Answer at the doors, and nowhere else, from a thread of this process: for one that serves no pages."""
    server = make_server("0.0.0.0", port, at_the_door, handler_class=Silent)  # noqa: S104
    threading.Thread(target=server.serve_forever, name="doors", daemon=True).start()


class Silent(WSGIRequestHandler):
    def log_message(self, *told: Any) -> None:
        """Who asks for health or figures is nobody's news."""


def at_the_door(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    request = WSGIRequest(environ)
    door = DOORS.get(request.path_info)
    response = door(request) if door else HttpResponseNotFound()
    start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
    return response


@contextmanager
def observed(request: HttpRequest) -> Iterator[Callable[[HttpResponse], HttpResponse]]:
    """While a request is answered its id is known; the block tells the answer."""
    given = request.META.get("HTTP_X_REQUEST_ID", "")
    name = given if WELL_FORMED.fullmatch(given) else token_hex(16)
    began = time.perf_counter()

    def tell(response: HttpResponse) -> HttpResponse:
        response.headers["X-Request-ID"] = name
        seconds = time.perf_counter() - began
        view, method = view_of(request, response), request.method if request.method in METHODS else "other"
        metrics.REQUESTS.labels(view, method, f"{response.status_code // 100}xx").observe(seconds)
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

    with logs.on_behalf_of(name):
        yield tell


def view_of(request: HttpRequest, response: HttpResponse) -> str:
    """What answered, by a name the code gave it: never a part of the address."""
    if request.resolver_match:
        return request.resolver_match.view_name or request.resolver_match._func_path
    if request.path_info.startswith(settings.STATIC_URL):
        return "static"
    # Only the page cache answers well before the address is looked up.
    return "kept" if response.status_code in (200, 304) else "none"
