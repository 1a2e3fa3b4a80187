"""Parts are killed under a load of posts and edits. Accepted posts exist once, all readers end with the same posts,
pages that need no killed part are served, everything recovers by itself, and errors are sentences."""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import uuid4

import pytest

from tests.topology.harness import Topology
from tests.topology.harness.load import Load, loaded
from tests.topology.harness.parts import wait_until
from tests.topology.harness.people import Scene, Visitor
from tests.topology.harness.report import Report
from tests.topology.test_driven import mails_to

pytestmark = pytest.mark.topology

RESERVE = "i ett enklare läge"
AWAY = 5
"""Seconds for which posts go on, or are tried, while a part is down."""


def seconds_until(condition: Callable[[], object], seconds: float, complaint: str) -> float:
    return wait_until(condition, seconds, complaint)


def work_is_done(topology: Topology) -> bool:
    """Return whether no task of index and mail waits, runs or was given up. Tasks for later in the day may wait."""
    with topology.database() as database:
        left = database.execute(
            "SELECT count(*) FROM django_tasks_database_dbtaskresult"
            " WHERE queue_name IN ('index', 'mail') AND (status = 'FAILED' OR status <> 'SUCCESSFUL' AND"
            " (run_after < now() + interval '1 hour' OR run_after > '9000-01-01'))"
        ).fetchone()
    return left == (0,)


def everything_is_found(topology: Topology, load: Load, seconds: float) -> float:
    """Stop writing. Wait until the index has the project's last words and no task is left."""
    load.rest()
    mark = load.mark
    began = time.monotonic()
    wait_until(lambda: topology.found(mark) == 1, seconds, f"{mark} is not found")
    wait_until(lambda: work_is_done(topology), seconds, "Work is left.")
    return time.monotonic() - began


def only_good_answers(load: Load) -> None:
    assert set(load.answers.statuses) <= {200, 201, 302, 429}, (load.answers.statuses, load.answers.faults)


def test_a_page_process_is_killed(topology: Topology, scene: Scene, report: Report) -> None:
    with loaded(scene) as load:
        topology["web-1"].kill()
        healed = topology["web-1"].wait()
        load.goes_on()
    assert topology["web-1"].restarted
    # A request that was being answered may not be sent twice. A member who posted just then saw a sentence and
    # retried.
    assert sum(load.answers.statuses[status] for status in (0, 503)) <= 8, load.answers.statuses
    report.tell("kill -9 of a page process", load, healed)


def test_a_worker_process_of_granian_is_killed(topology: Topology, scene: Scene, report: Report) -> None:
    with loaded(scene) as load:
        began = time.monotonic()
        victim = topology["web-2"].process.children()[-1]
        before = len(topology["web-2"].process.children())
        victim.kill()
        wait_until(lambda: not victim.is_running(), 10, "It lives.")
        wait_until(lambda: len(topology["web-2"].process.children()) == before, 30, "It was not replaced.")
        load.goes_on()
        healed = time.monotonic() - began
    report.tell("kill -9 of one of a page process's workers", load, healed)


def test_a_socket_process_is_killed(topology: Topology, scene: Scene, report: Report) -> None:
    with loaded(scene) as load:
        began = time.monotonic()
        for name in ("live-1", "live-2"):
            topology[name].kill()
            topology[name].wait()
        load.readers_return(30)
        healed = time.monotonic() - began
        load.goes_on()
    only_good_answers(load)
    assert sum(reader.reconnected for reader in load.readers) >= 3
    report.tell("kill -9 of both socket processes, one after the other", load, healed)


def test_the_worker_is_killed(topology: Topology, scene: Scene, report: Report) -> None:
    with loaded(scene) as load:
        load.next_mark()
        topology["worker"].kill()
        began = time.monotonic()
        load.goes_on()
        load.next_mark()
        everything_is_found(topology, load, 150)
        healed = time.monotonic() - began
    only_good_answers(load)
    report.tell("kill -9 of the worker", load, healed, "what was written waited to be found")


def test_redis_is_killed(topology: Topology, scene: Scene, report: Report) -> None:
    with loaded(scene) as load:
        topology["redis"].kill(for_good=True)
        wait_until(
            lambda: not any(reader.live for reader in load.readers), 30, "Readers think they are live."
        )
        load.goes_on(10)
        topology["redis"].start()
        healed = load.readers_return()
        load.goes_on()
    only_good_answers(load)
    report.tell("kill -9 of Redis, away for ten posts", load, healed, "readers caught up over HTTP meanwhile")


def test_postgresql_is_killed(topology: Topology, scene: Scene, report: Report) -> None:
    with loaded(scene) as load:
        topology["postgres"].kill(for_good=True)
        stranger = Visitor(topology)
        answers = []

        def is_reported() -> bool:
            answers.append(stranger.get(f"/projekt/?sida={uuid4().hex}"))
            return answers[-1].status_code == 503

        wait_until(is_reported, 20, "No page says that the site is unavailable.")
        assert "Retry-After" in answers[-1].headers
        assert "Samverka" in answers[-1].text
        wait_until(lambda: load.answers.statuses[503] > AWAY, 30, "The load noticed nothing.")
        topology["postgres"].start()
        healed = load.goes_on()
        load.readers_return()
        load.next_mark()
        everything_is_found(topology, load, 150)
    assert set(load.answers.statuses) <= {0, 200, 201, 302, 429, 503}, load.answers.statuses
    report.tell("kill -9 of PostgreSQL", load, healed, "nothing accepted was lost")


def test_elasticsearch_is_killed(topology: Topology, scene: Scene, report: Report) -> None:
    stranger = Visitor(topology)
    with loaded(scene) as load:
        topology["elasticsearch"].kill(for_good=True)
        mark = load.next_mark()

        def reserve_finds_it() -> bool:
            page = stranger.get(f"/sok/?q={mark}").text
            return RESERVE in page and scene.project in page

        wait_until(reserve_finds_it, 30, "The reserve does not answer.")
        load.goes_on(10)
        topology["elasticsearch"].start()
        topology["elasticsearch"].wait(180)
        load.next_mark()
        healed = everything_is_found(topology, load, 150)
        healed += wait_until(
            lambda: RESERVE not in stranger.get(f"/sok/?q={mark}").text, 60, "The reserve goes on."
        )
    only_good_answers(load)
    report.tell(
        "kill -9 of Elasticsearch", load, healed, "the database answered searches and the page said so"
    )


def test_the_disk_of_elasticsearch_is_full(topology: Topology, scene: Scene, report: Report) -> None:
    stranger = Visitor(topology)
    with loaded(scene) as load:
        topology.disk(full=True)
        wait_until(topology.is_flooded, 60, "There is no flood-stage block.")
        load.next_mark()
        mark = load.next_mark()
        load.goes_on(10)
        assert stranger.get("/sok/?q=vägar").status_code == 200
        assert topology.found(mark) == 0
        topology.disk(full=False)
        began = time.monotonic()
        wait_until(lambda: not topology.is_flooded(), 60, "The block stays.")
        everything_is_found(topology, load, 150)
        healed = time.monotonic() - began
    only_good_answers(load)
    report.tell(
        "Elasticsearch's disk is full (flood stage)", load, healed, "new words were not found meanwhile"
    )


def test_smtp_is_cut(topology: Topology, scene: Scene, report: Report) -> None:
    people = [f"{uuid4().hex}@samverka.example" for _ in range(3)]
    with loaded(scene) as load:
        topology["mail"].kill(for_good=True)
        for address in people:
            asked = Visitor(topology).send(
                "/accounts/signup/",
                first_name="Siv",
                last_name="Sen",
                email=address,
                password1="en-lang-och-egen",
                organisation="Topologins vänner",
                accepts="on",
                place="",
                kind="",
            )
            assert asked.status_code == 302, asked.text[-3000:]
        load.goes_on(10)
        topology["mail"].start()
        began = time.monotonic()
        wait_until(lambda: all(mails_to(topology, address) for address in people), 150, "No mails came.")
        wait_until(lambda: work_is_done(topology), 30, "Work is left.")
        healed = time.monotonic() - began
        assert [len(mails_to(topology, address)) for address in people] == [1, 1, 1]
    only_good_answers(load)
    report.tell("SMTP is cut", load, healed, "mails waited, and came once")
