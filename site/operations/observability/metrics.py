"""Metrics for Prometheus, of this process or of all processes of one container since it started.

Each package counts its own actions, under names that begin with `samverka_`. Labels are names from the code, never ids,
addresses or texts. With `PROMETHEUS_MULTIPROC_DIR`, the processes that share this directory are counted together.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from community.discussions.signals import post_published
from operations.observability import health

REQUESTS = Histogram(
    "samverka_request_seconds",
    "Pages answered, and how long it took",
    ["view", "method", "status"],
    buckets=(0.005, 0.025, 0.1, 0.25, 1, 5),
)
POSTS = Counter("samverka_posts", "Posts published")


class State(Collector):
    """Metrics that are read on request: the health of each part, and the tasks that wait for a worker."""

    def collect(self) -> Iterable[Metric]:
        parts = health.examination().report()["parts"]
        well = GaugeMetricFamily("samverka_part_ok", "1 while the part answers as it should", labels=["part"])
        for name, part in parts.items():
            well.add_metric([name], part["status"] == "ok")
        yield well
        waiting = GaugeMetricFamily("samverka_tasks_waiting", "Tasks due and not begun", labels=["queue"])
        oldest = GaugeMetricFamily(
            "samverka_tasks_oldest_seconds", "How long the oldest of them has been due", labels=["queue"]
        )
        for queue, found in parts["worker"].get("waiting", {}).items():
            waiting.add_metric([queue], found["waiting"])
            oldest.add_metric([queue], found["oldest_seconds"])
        yield from (waiting, oldest)


def registries() -> Iterable[CollectorRegistry]:
    state = CollectorRegistry()
    state.register(State())
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        remove_dead_processes(Path(folder))
        together = CollectorRegistry()
        MultiProcessCollector(together, folder)  # type: ignore[no-untyped-call]
        return together, state
    return REGISTRY, state


def remove_dead_processes(folder: Path) -> None:
    """Remove the gauges of dead processes, such as their open sockets. Their counters stay."""
    for pid in {int(path.stem.rpartition("_")[2]) for path in folder.glob("gauge_live*.db")}:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]


def metrics(request: HttpRequest) -> HttpResponse:
    if health.came_through_the_proxy(request):
        return HttpResponseNotFound()
    body = b"".join(generate_latest(registry) for registry in registries())
    return HttpResponse(body, content_type=CONTENT_TYPE_LATEST)


def count_post(**announced: Any) -> None:
    POSTS.inc()


def watch() -> None:
    """Count facts that packages announce. Safe to repeat."""
    post_published.connect(count_post, dispatch_uid="metrics")
