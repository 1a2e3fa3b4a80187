"""The outermost middleware: gives each request an id, logs and counts its answer, and answers the probes."""

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

from operations import urls
from operations.observability import logs
from operations.observability.metrics import REQUESTS

logger = logging.getLogger(__name__)

# Ids as proxies make them. Any other value of the header could contain personal data.
WELL_FORMED = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
PROBES: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    f"/{probe.pattern}": probe.callback for probe in urls.probes
}


class ObservedMiddleware:
    """Works under WSGI and ASGI. Under ASGI a probe runs in a thread of its own, so that it neither waits for the
    thread that renders pages nor blocks it."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponse | Awaitable[HttpResponse]:
        if self.is_async:
            return self._answer_async(request)
        if probe := PROBES.get(request.path_info):
            return probe(request)
        with observed(request) as record:
            return record(self.get_response(request))

    async def _answer_async(self, request: HttpRequest) -> HttpResponse:
        if probe := PROBES.get(request.path_info):
            return await sync_to_async(probe, thread_sensitive=False)(request)
        with observed(request) as record:
            return record(await self.get_response(request))


def serve_probes(port: int) -> None:
    """Answer the probes in a thread of this process. The worker calls it, since it serves no pages."""
    server = make_server("0.0.0.0", port, answer_probe, handler_class=SilentHandler)  # noqa: S104
    threading.Thread(target=server.serve_forever, name="probes", daemon=True).start()


class SilentHandler(WSGIRequestHandler):
    def log_message(self, *arguments: Any) -> None:
        """Probes are not logged."""


def answer_probe(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    request = WSGIRequest(environ)
    probe = PROBES.get(request.path_info)
    response = probe(request) if probe else HttpResponseNotFound()
    start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
    return response


@contextmanager
def observed(request: HttpRequest) -> Iterator[Callable[[HttpResponse], HttpResponse]]:
    """Set the request's id for log lines within the block. Yield a function that logs and counts the response."""
    given = request.META.get("HTTP_X_REQUEST_ID", "")
    name = given if WELL_FORMED.fullmatch(given) else token_hex(16)
    began = time.perf_counter()

    def record(response: HttpResponse) -> HttpResponse:
        response.headers["X-Request-ID"] = name
        seconds = time.perf_counter() - began
        view, method = view_of(request, response), request.method if request.method in METHODS else "other"
        REQUESTS.labels(view, method, f"{response.status_code // 100}xx").observe(seconds)
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

    with logs.with_request_id(name):
        yield record


def view_of(request: HttpRequest, response: HttpResponse) -> str:
    """Return the name of the view that answered. Never a part of the address, which could hold personal data."""
    if request.resolver_match:
        return request.resolver_match.view_name or request.resolver_match._func_path
    if request.path_info.startswith(settings.STATIC_URL):
        return "static"
    # Only the page cache answers 200 or 304 before the address is resolved.
    return "kept" if response.status_code in (200, 304) else "none"
