"""Whether the process is alive, whether pages can be served, and which parts are unavailable.

Each part is checked in a thread of its own, and may take a second. A check that has not returned is not started again:
a hanging server costs one thread, and a request waits no longer than that second.
"""

from __future__ import annotations

import functools
import shutil
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from community.live.publish import check_connection
from community.mail.models import Delivery
from operations.observability.work import seconds_since_a_worker_was_seen, waiting
from search.backends import backends

TIMEOUT = 1.0
"""Seconds, for all parts together."""
FRESH = 2.0
"""Seconds for which a report is reused."""
LATE, MAIL_LATE, SILENT = 120, 900, 150
"""Seconds after which waiting tasks and waiting mail are late, and a worker without a sign of life is missing."""
FREE_BYTES = 512 * 1024**2
"""Bytes that should be free in `DATA_DIR`."""

Report = dict[str, Any]


class Degraded(Exception):
    """The part answers, but not as it should. `details` go into the report."""

    def __init__(self, **details: Any) -> None:
        super().__init__()
        self.details = details


def database() -> Report:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return {}


def migrations() -> Report:
    """Check for unapplied migrations. Once all are applied, they are not checked again in this process."""
    if not _applied.is_set():
        executor = MigrationExecutor(connection)
        if missing := executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise Degraded(missing=len(missing))
        _applied.set()
    return {}


_applied = threading.Event()


def page_cache() -> Report:
    cache.set("health", "kept", 10)
    if cache.get("health") != "kept":
        raise Degraded
    return {}


def search() -> Report:
    """Query the backend that pages query first."""
    backends()[0].count()
    return {"backend": backends()[0].name}


def live() -> Report:
    check_connection()
    return {}


def work() -> Report:
    now = waiting()
    silence = seconds_since_a_worker_was_seen()
    details = {"silent_seconds": silence, "waiting": now}
    if silence is None or silence > SILENT or any(queue["oldest_seconds"] > LATE for queue in now.values()):
        raise Degraded(**details)
    return details


def mail() -> Report:
    """Find mail that is due and was not sent: the mail server is unavailable, or no worker runs."""
    now = timezone.now()
    ready = Delivery.objects.open().filter(not_before__lte=now)
    found = ready.aggregate(waiting=Count("pk"), oldest=Min("not_before"))
    oldest = int((now - found["oldest"]).total_seconds()) if found["oldest"] else 0
    details = {"waiting": found["waiting"], "oldest_seconds": oldest}
    if oldest > MAIL_LATE:
        raise Degraded(**details)
    return details


def disk() -> Report:
    free = shutil.disk_usage(settings.DATA_DIR).free
    details = {"free_megabytes": free // 1024**2}
    if free < FREE_BYTES:
        raise Degraded(**details)
    return details


PARTS: dict[str, Callable[[], Report]] = {
    "database": database,
    "migrations": migrations,
    "cache": page_cache,
    "search": search,
    "live": live,
    "worker": work,
    "mail": mail,
    "disk": disk,
}
NEEDED = frozenset({"database", "migrations"})
"""Without these no page can be served."""


def ask(part: Callable[[], Report]) -> Report:
    try:
        return {"status": "ok", **part()}
    except Degraded as reason:
        return {"status": "degraded", **reason.details}
    except Exception as fault:  # noqa: BLE001 (any exception of a part)
        return {"status": "degraded", "fault": type(fault).__name__}
    finally:
        connection.close()


class Examination:
    """Checks all parts at once, and keeps the report for `FRESH` seconds."""

    def __init__(self, parts: dict[str, Callable[[], Report]]) -> None:
        self._parts = parts
        self._running: dict[str, Future[Report]] = {}
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(len(parts), "health")
        self._report: Report = {}
        self._until = 0.0

    def report(self) -> Report:
        with self._lock:
            if time.monotonic() >= self._until:
                self._report = self._examine()
                self._until = time.monotonic() + FRESH
            return self._report

    def close(self) -> None:
        self._threads.shutdown(wait=True)

    def _examine(self) -> Report:
        for name, part in self._parts.items():
            if name not in self._running:
                self._running[name] = self._threads.submit(ask, part)
        wait(self._running.values(), timeout=TIMEOUT)
        parts = {}
        for name in self._parts:
            answered = self._running[name].done()
            found = (
                self._running.pop(name).result() if answered else {"status": "degraded", "fault": "silent"}
            )
            parts[name] = {**found, "status": "down"} if name in NEEDED and found["status"] != "ok" else found
        states = {part["status"] for part in parts.values()}
        return {
            "status": next(state for state in ("down", "degraded", "ok") if state in states),
            "parts": parts,
        }


@functools.cache
def examination() -> Examination:
    """Return the one examination of this process."""
    return Examination(PARTS)


def came_through_the_proxy(request: HttpRequest) -> bool:
    """Return whether the proxy passed the request on: it sets X-Forwarded-For. Monitoring calls without the proxy."""
    return "X-Forwarded-For" in request.headers


def health(request: HttpRequest) -> JsonResponse:
    """An ordinary page, behind all middleware. Answers 200 if the database answers."""
    database()
    return JsonResponse({"status": "ok"})


def live_probe(request: HttpRequest) -> HttpResponse:
    """Answer without touching any other part."""
    return HttpResponse("ok", content_type="text/plain")


def ready_probe(request: HttpRequest) -> JsonResponse:
    """200 while pages can be served. The state of the parts is shown only to callers inside the network."""
    report = examination().report()
    shown = {"status": report["status"]} if came_through_the_proxy(request) else report
    answer = JsonResponse(
        shown, status=503 if report["status"] == "down" else 200, headers={"Cache-Control": "no-store"}
    )
    # Requested every few seconds, so Django must not log it.
    answer._has_been_logged = True  # type: ignore[attr-defined]  # Django reads it.
    return answer
