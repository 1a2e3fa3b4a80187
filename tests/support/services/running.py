"""Starts all services that are needed, and stops them at the end of the block."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from tests.support.services import chromium, elasticsearch, postgresql, redis
from tests.support.services.compose import composed, engine_answers
from tests.support.services.machine import Servers, Unavailable, memory_directory


@dataclass(frozen=True)
class Service:
    name: str
    variable: str
    start: Callable[[Servers], str]


SERVICES = (
    Service("PostgreSQL", "DATABASE_URL", postgresql.start),
    Service("Redis", "REDIS_URL", redis.start),
    Service("Elasticsearch", "ELASTICSEARCH_URL", elasticsearch.start),
    Service("Chromium", "CHROMIUM", chromium.find),
)


@dataclass
class Found:
    """Addresses by environment variable, and the reason for each missing service."""

    environment: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    def not_tested(self) -> str:
        return ", ".join(f"{name} ({reason})" for name, reason in self.missing.items())


ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _stop_undisturbed(servers: Servers) -> None:
    """Stop the servers. A second Ctrl-C must not leave one running."""
    handlers = {sign: signal.signal(sign, signal.SIG_IGN) for sign in ENDINGS}
    servers.stop()
    for sign, handler in handlers.items():
        signal.signal(sign, handler)


def _end(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(130)


@contextmanager
def running_services() -> Iterator[Found]:
    """Start all services of the suite together. Stop them at the end of the block, also after a signal."""
    found = Found()
    for sign in ENDINGS[1:]:
        signal.signal(sign, _end)
    with ExitStack() as leaving:
        directory, in_memory = (
            Path(leaving.enter_context(tempfile.TemporaryDirectory(prefix="samverka-", dir=parent)))
            for parent in (None, memory_directory())
        )
        found.environment = {
            each.variable: os.environ[each.variable] for each in SERVICES if os.environ.get(each.variable)
        }
        if engine_answers():
            wanted = {each.variable for each in SERVICES} - set(found.environment)
            try:
                found.environment |= leaving.enter_context(composed(wanted))
            except Unavailable as reason:
                print(
                    f"Docker answers but can't run the services ({reason}); trying native ones.",
                    file=sys.stderr,
                )
        servers = Servers(directory, in_memory)
        pool = leaving.enter_context(ThreadPoolExecutor())
        leaving.callback(_stop_undisturbed, servers)
        starting: list[tuple[Service, Future[str]]] = [
            (each, pool.submit(each.start, servers))
            for each in SERVICES
            if each.variable not in found.environment
        ]
        for service, address in starting:
            try:
                found.environment[service.variable] = address.result()
            except Exception as reason:  # noqa: BLE001 the reason for a missing service is reported, never raised
                found.missing[service.name] = str(reason)
        yield found
