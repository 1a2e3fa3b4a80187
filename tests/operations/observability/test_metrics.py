"""Prometheus metrics: every part counts, the processes of a container are summed, and nothing personal is
included."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from django.test import AsyncClient, Client
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from community.discussions.services import post_message
from community.live import consumer, hub
from community.mail import posting
from community.mail.models import Delivery
from community.mail.services import address_for
from core.limits import Limit, TooMany
from core.tasks import task
from operations.observability.requests import answer_probe
from operations.worker import run_one
from search import failover
from search.backends import BackendUnavailable
from tests.factories import MemberFactory, ProjectFactory
from tests.support.threads import new_thread

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0


@pytest.fixture
def growth() -> Callable[..., Callable[[], float]]:
    """growth(name, **labels)() returns by how much a metric grew since the first call."""

    def since(name: str, **labels: str) -> Callable[[], float]:
        before = value(name, **labels)
        return lambda: value(name, **labels) - before

    return since


def samples(text: str) -> dict[str, set[tuple[str, ...]]]:
    found: dict[str, set[tuple[str, ...]]] = {}
    for family in text_string_to_metric_families(text):
        found[family.name] = {tuple(sample.labels.values()) for sample in family.samples}
    return found


def test_a_page_is_counted_by_its_view_and_status(client: Client, growth: Callable) -> None:
    project = ProjectFactory()
    seen = growth("samverka_request_seconds_count", view="projects:project", method="GET", status="2xx")
    missed = growth("samverka_request_seconds_count", view="wagtail_serve", method="GET", status="4xx")
    client.get(project.get_absolute_url())
    client.get("/anna-andersson/")
    assert (seen(), missed()) == (1, 1)


def test_a_page_from_the_cache_is_counted_as_cached(client: Client, growth: Callable) -> None:
    hit, kept = (
        growth("samverka_page_cache_total", outcome="hit"),
        growth("samverka_request_seconds_count", view="kept", method="GET", status="2xx"),
    )
    client.get("/")
    client.get("/")
    assert (hit(), kept()) == (1, 1)


def test_a_search_is_counted_by_its_backend(growth: Callable) -> None:
    class Backend:
        def __init__(self, name: str, fails: bool) -> None:
            self.name, self.fails = name, fails

        def suggest(self, *asked: object) -> list:
            if self.fails:
                raise BackendUnavailable("away")
            return []

    failed = growth("samverka_search_seconds_count", backend="first", outcome="failed")
    instead = growth("samverka_search_seconds_count", backend="last", outcome="instead")
    answered = growth("samverka_search_seconds_count", backend="last", outcome="answered")
    two = failover.Finder([Backend("first", True), Backend("last", False)])
    for _ in range(3):
        two.suggest("anna", "sv", frozenset())
    failover.Finder([Backend("last", False)]).suggest("anna", "sv", frozenset())
    assert (failed(), instead(), answered()) == (1, 3, 1)


def test_a_post_is_counted_after_its_commit(
    growth: Callable, django_capture_on_commit_callbacks: Callable
) -> None:
    thread = new_thread()
    posts = growth("samverka_posts_total")
    with django_capture_on_commit_callbacks(execute=True):
        post_message(thread=thread, actor=MemberFactory(), text="hej")
        assert posts() == 0
    assert posts() == 1


@task(queue="framework")
def stumble(*, times: int) -> None:
    if times:
        raise OSError(errno.ECONNREFUSED, "smtp.example.org refused anna@example.org")


def test_a_task_is_counted_by_its_queue_and_result(growth: Callable) -> None:
    done = growth("samverka_task_seconds_count", queue="framework", outcome="done")
    again = growth("samverka_task_seconds_count", queue="framework", outcome="again")
    for times in (0, 1):
        stumble.enqueue(times=times)
        assert run_one(["framework"])
    assert (done(), again()) == (1, 1)


def test_a_mail_is_counted_by_its_result(growth: Callable, mailoutbox: list) -> None:
    sent, unwanted = (
        growth("samverka_mail_deliveries_total", outcome=name) for name in ("sent", "suppressed")
    )
    address = address_for("anna@example.org")
    for key in "ab":
        Delivery.objects.create(address=address, stream="account", key=key, language="sv", subject="hej")
    posting.breaker.succeeded()
    posting.deliver()
    assert sent() + unwanted() == 2
    assert sent() == len(mailoutbox)


def test_a_refusal_is_counted_by_its_limit(growth: Callable) -> None:
    refused = growth("samverka_refused_total", limit="test")
    limit = Limit("test", count=1, seconds=600)
    limit.spend("member:1")
    with pytest.raises(TooMany):
        limit.spend("member:1")
    assert refused() == 1


async def test_a_socket_that_is_too_slow_is_counted(growth: Callable) -> None:
    dropped = growth("samverka_live_closed_total", reason="too_slow")
    slow = hub.Subscriber()
    for _ in range(hub.QUEUE_SIZE + 1):
        slow.send("thread:1", {"type": "websocket.send", "text": "{}"})
    assert dropped() == 1


def test_prometheus_can_parse_all_metrics(client: Client) -> None:
    client.get("/")
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")
    assert {
        "samverka_request_seconds",
        "samverka_task_seconds",
        "samverka_search_seconds",
        consumer.SOCKETS._name,
        "samverka_live_closed",
        "samverka_page_cache",
        "samverka_posts",
        "samverka_part_ok",
        "samverka_tasks_waiting",
        "samverka_tasks_oldest_seconds",
    } <= set(samples(answer.content.decode()))


async def test_the_metrics_are_served_under_asgi_too(async_client: AsyncClient) -> None:
    assert b"samverka_request_seconds" in (await async_client.get("/metrics")).content


def test_a_worker_serves_only_the_probes_and_the_metrics() -> None:
    def ask(path: str, **headers: str) -> tuple[str, bytes]:
        statuses: list[str] = []
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "wsgi.input": BytesIO(), **headers}
        body = b"".join(answer_probe(environ, lambda status, headers: statuses.append(status)))
        return statuses[0], body

    assert ask("/health/live") == ("200 OK", b"ok")
    assert b"samverka_task_seconds" in ask("/metrics")[1]
    assert ask("/")[0] == "404 Not Found"
    assert ask("/metrics", HTTP_X_FORWARDED_FOR="203.0.113.7")[0] == "404 Not Found"


def test_the_metrics_are_not_served_to_the_outside(client: Client) -> None:
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.7"}).status_code == 404


def test_labels_contain_no_address_and_no_text_of_members(client: Client) -> None:
    for address in (
        "/anna@example.org/",
        "/sok/?q=hemligt",
        "/projekt/9999999/",
        "/accounts/confirm-email/to-ken-1/",
    ):
        client.get(address)
    client.generic("ANNA", "/")
    text = client.get("/metrics").content.decode()
    for name, labels in samples(text).items():
        if name.startswith("samverka_"):
            for label in (label for one in labels for label in one):
                assert re.fullmatch(r"[\w.:+-]*", label), (name, label)
                assert not re.search(r"anna|hemligt|9999999|to-ken", label, re.IGNORECASE), (name, label)


WORKS = """
import os, sys
from prometheus_client import Counter, Gauge
counter = Counter("samverka_done", "")
gauge = Gauge("samverka_open", "", multiprocess_mode="livesum")
counter.inc(); gauge.inc()
print("ready", flush=True)
sys.stdin.read()
"""
READS = """
from django.conf import settings
import django; django.setup()
from django.test import Client
print(Client().get("/metrics").content.decode())
"""


def test_processes_are_summed_and_ended_ones_keep_only_their_counters(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path),
        "PYTHONPATH": f".{os.pathsep}site",
        "DJANGO_SETTINGS_MODULE": "config.settings.local",
        "DATA_DIR": str(tmp_path / "data"),
    }

    def start() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", WORKS],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        return process

    def read() -> str:
        (tmp_path / "data").mkdir(exist_ok=True)
        return subprocess.run(
            [sys.executable, "-c", READS],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    one, other = start(), start()
    metrics = read()
    assert "samverka_done_total 2.0" in metrics
    assert "samverka_open 2.0" in metrics
    one.kill()
    one.communicate()
    metrics = read()
    assert "samverka_done_total 2.0" in metrics
    assert "samverka_open 1.0" in metrics
    other.communicate("")
