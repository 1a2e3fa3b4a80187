"""Health endpoints show whether the site is alive, whether it can serve pages, and which parts are unavailable."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection, connections
from django.db.migrations.recorder import MigrationRecorder
from django.test import AsyncClient, Client, override_settings
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from community.mail.models import Delivery
from community.mail.services import address_of
from core.tasks import task
from operations.observability import health
from operations.observability.health import TIMEOUT, Degraded, Examination
from operations.worker import run_one
from tests.factories import MemberFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.embedded]
# Nothing listens on this port.
NOWHERE = "127.0.0.1:1"
DatabaseWrapper = type(connections["default"])


@task()
def rest() -> None:
    """A task that does nothing."""


@pytest.fixture(autouse=True)
def examination(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Examination]:
    """Examine the parts again in each test, with an empty queue."""
    DBTaskResult.objects.all().delete()
    fresh = Examination(health.PARTS)
    monkeypatch.setattr(health, "examination", lambda: fresh)
    monkeypatch.setattr(health, "FRESH", 0.0)
    monkeypatch.setattr(health, "TIMEOUT", 10.0)
    yield fresh
    fresh.close()


@pytest.fixture
def worker_was_here() -> None:
    rest.enqueue()
    assert run_one()


def parts(client: Client) -> dict:
    return client.get("/health/ready").json()["parts"]


def test_the_liveness_probe_answers_without_queries(
    client: Client, django_assert_num_queries: Callable
) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/health/live")
    assert (answer.status_code, answer.content) == (200, b"ok")
    assert not answer.cookies


@override_settings(ALLOWED_HOSTS=["samverka.example.org"], SECURE_SSL_REDIRECT=True)
@pytest.mark.parametrize("probe", ["/health/live", "/health/ready"])
def test_probes_answer_to_any_host_name_and_without_tls(client: Client, probe: str) -> None:
    assert client.get(probe, headers={"Host": "172.18.0.7:8000"}).status_code == 200
    assert client.get("/", headers={"Host": "172.18.0.7:8000"}).status_code == 400


async def test_probes_answer_under_asgi_too(async_client: AsyncClient) -> None:
    assert (await async_client.get("/health/live")).content == b"ok"
    assert (await async_client.get("/health/ready")).status_code == 200


@pytest.mark.usefixtures("worker_was_here")
def test_the_status_is_ok_when_every_part_answers(client: Client) -> None:
    call_command("search_rebuild", verbosity=0)
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok", answer.json()
    assert set(answer.json()["parts"]) == set(health.PARTS)
    assert answer["Cache-Control"] == "no-store"


def test_requests_from_outside_get_no_list_of_parts(client: Client) -> None:
    answer = client.get("/health/ready", headers={"X-Forwarded-For": "203.0.113.7"})
    assert answer.status_code == 200
    assert set(answer.json()) == {"status"}


def test_no_answer_contains_an_address_or_a_version(client: Client) -> None:
    body = client.get("/health/ready").content.decode()
    database = connection.settings_dict
    for secret in ("127.0.0.1", "localhost", database["NAME"], database["PASSWORD"] or "password", "version"):
        assert secret not in body


def test_the_site_is_not_ready_without_the_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone:
        def __enter__(self) -> None:
            raise OperationalError(f"could not connect to {NOWHERE}")

        def __exit__(self, *fault: object) -> None:
            """Never called."""

    monkeypatch.setattr(DatabaseWrapper, "cursor", lambda self: Gone())
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["status"] == "down"
    assert answer.json()["parts"]["database"] == {"status": "down", "fault": "OperationalError"}
    assert NOWHERE not in answer.content.decode()
    assert client.get("/health/live").status_code == 200


def test_a_process_is_not_ready_before_its_migrations(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_applied", threading.Event())
    last = MigrationRecorder(connection).migration_qs.filter(app="members").last()
    last.delete()
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["parts"]["migrations"]["status"] == "down"
    assert answer.json()["parts"]["migrations"]["missing"] >= 1
    last.save(force_insert=True)
    assert client.get("/health/ready").status_code == 200


def test_waiting_tasks_without_a_worker_are_reported(client: Client) -> None:
    assert parts(client)["worker"]["status"] == "degraded", "no worker has ever run here"
    rest.enqueue()
    assert run_one()
    assert parts(client)["worker"] == {"status": "ok", "silent_seconds": 0, "waiting": {}}
    rest.enqueue()
    DBTaskResult.objects.filter(status=TaskResultStatus.READY).update(
        enqueued_at=timezone.now() - timedelta(minutes=5)
    )
    found = parts(client)["worker"]
    assert found["status"] == "degraded"
    assert found["waiting"]["default"]["waiting"] == 1
    assert found["waiting"]["default"]["oldest_seconds"] >= 300
    assert client.get("/health/ready").status_code == 200, "pages can be served"


@pytest.mark.usefixtures("worker_was_here")
def test_a_silent_worker_is_reported_and_a_busy_one_is_not(client: Client) -> None:
    DBTaskResult.objects.update(finished_at=timezone.now() - timedelta(minutes=5))
    assert parts(client)["worker"]["status"] == "degraded"
    rest.enqueue()
    DBTaskResult.objects.filter(status=TaskResultStatus.READY).update(
        status=TaskResultStatus.RUNNING, run_after=timezone.now() + timedelta(seconds=20)
    )
    assert parts(client)["worker"]["status"] == "ok"


@pytest.mark.usefixtures("worker_was_here")
def test_mail_that_waits_too_long_is_reported(client: Client) -> None:
    now, address = timezone.now(), address_of(MemberFactory())
    later = {"address": address, "stream": "account", "language": "sv", "not_before": now + timedelta(days=1)}
    Delivery.objects.create(key="tomorrow", **later)
    Delivery.objects.create(key="now", **{**later, "not_before": now})
    assert parts(client)["mail"] == {"status": "ok", "waiting": 1, "oldest_seconds": 0}
    Delivery.objects.filter(key="now").update(not_before=now - timedelta(hours=1))
    assert parts(client)["mail"]["status"] == "degraded"
    assert client.get("/health/ready").status_code == 200


def test_a_nearly_full_disk_is_reported(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "FREE_BYTES", 1 << 62)
    assert parts(client)["disk"]["status"] == "degraded"


@pytest.mark.redis
def test_the_site_is_ready_without_redis(client: Client) -> None:
    gone = f"redis://{NOWHERE}/0"
    with override_settings(
        CACHES={"default": {"BACKEND": "core.cache.FaultTolerantRedisCache", "LOCATION": gone}}
    ):
        answer = client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json()["parts"]["cache"]["status"] == "degraded"


@pytest.mark.elastic
def test_the_site_is_ready_without_elasticsearch(client: Client) -> None:
    with override_settings(ELASTICSEARCH_URL=f"http://{NOWHERE}", SEARCH_BACKENDS=settings.SEARCH_BACKENDS):
        answer = client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json()["parts"]["search"] == {"status": "degraded", "fault": "BackendUnavailable"}


def test_a_probe_waits_at_most_a_second_and_examines_a_silent_part_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(health, "TIMEOUT", 0.2)
    wakes, asked = threading.Event(), []

    def hangs() -> dict:
        asked.append(1)
        wakes.wait(30)
        return {}

    examination = Examination({"database": dict, "search": hangs})
    for _ in range(3):
        report = examination.report()
        assert report["parts"] == {
            "database": {"status": "ok"},
            "search": {"status": "degraded", "fault": "silent"},
        }
    assert len(asked) == 1
    wakes.set()
    while examination.report()["status"] != "ok":
        pass
    examination.close()


def test_concurrent_probes_share_one_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "FRESH", 60.0)
    asked = []
    examination = Examination({"database": lambda: asked.append(1) or {}})
    with ThreadPoolExecutor(8) as crowd:
        reports = list(crowd.map(lambda _: examination.report()["status"], range(40)))
    assert reports == ["ok"] * 40
    assert len(asked) == 1
    examination.close()


def test_a_part_reports_its_own_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def tired() -> dict:
        raise Degraded(free_megabytes=3)

    examination = Examination({"disk": tired})
    assert examination.report() == {
        "status": "degraded",
        "parts": {"disk": {"status": "degraded", "free_megabytes": 3}},
    }
    examination.close()
    assert TIMEOUT <= 1
