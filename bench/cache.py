"""A page as a stranger gets it: kept in the shared cache (a hit), and made anew because something changed just before
(a miss), beside a bare Django of the same run, which has Django's default middleware and one view that answers a
constant page of the same length. Both behind granian with one worker on the same machine, asked by turns over kept
connections. The servers' own time of the processor is what other work on the machine changes least."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import Any

from bench.figures import Figure
from tests.support.services.machine import free_port

READERS = 4
ROUNDS = 7
ASKED = 400
MISSES = 15
TICKS = os.sysconf("SC_CLK_TCK")


def bare() -> Callable[..., Any]:
    """A WSGI application: Django as `startproject` leaves it, with one constant page of `LENGTH` bytes."""
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from django.http import HttpRequest, HttpResponse
    from django.urls import path

    page = b"<!doctype html>".ljust(int(os.environ["LENGTH"]), b" ")

    def constant(request: HttpRequest) -> HttpResponse:
        return HttpResponse(page)

    settings.configure(
        SECRET_KEY="bare",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=type("urls", (), {"urlpatterns": [path("", constant)]}),
        INSTALLED_APPS=[
            *("django.contrib.auth", "django.contrib.contenttypes"),
            *("django.contrib.sessions", "django.contrib.messages"),
        ],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
    )
    return get_wsgi_application()


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        environment = {
            **{
                key: value
                for key, value in os.environ.items()
                if key not in ("DATABASE_URL", "ELASTICSEARCH_URL")
            },
            "DJANGO_SETTINGS_MODULE": "config.settings.local",
            "DATA_DIR": folder,
            "LOG_LEVEL": "ERROR",
        }
        for command in ("migrate", "load_demonstration"):
            subprocess.run(
                [sys.executable, "site/manage.py", command, "-v0"],
                env=environment,
                check=True,
                stdout=sys.stderr,
            )
        ours = stack.enter_context(served("config.wsgi:application", environment))
        length = str(ours.length())
        plain = stack.enter_context(served("bench.cache:bare", {**os.environ, "LENGTH": length}, "--factory"))
        yield from beside(ours, plain, "Redis" if os.environ.get("REDIS_URL") else "local memory")
        yield from misses(ours, environment)


class Server:
    def __init__(self, port: int, pid: int) -> None:
        self.port, self.pid = port, pid

    def length(self) -> int:
        connection = HTTPConnection("localhost", self.port)
        return len(get(connection))

    def busy(self) -> float:
        """Seconds of the processor the server and its workers have had."""
        return sum(ticks(pid) for pid in (self.pid, *children(self.pid))) / TICKS

    def asked(self, times: int) -> tuple[float, float]:
        """Milliseconds a page: on the clock, and of the server's processor."""

        def reader(_number: int) -> None:
            connection = HTTPConnection("localhost", self.port)
            for _ in range(times // READERS):
                get(connection)

        begun, worked = time.perf_counter(), self.busy()
        with ThreadPoolExecutor(READERS) as readers:
            list(readers.map(reader, range(READERS)))
        return (time.perf_counter() - begun) / times * 1000, (self.busy() - worked) / times * 1000


def beside(ours: Server, plain: Server, cache: str) -> Iterator[Figure]:
    for server in (ours, plain):
        server.asked(ASKED)
    rounds = [(plain.asked(ASKED), ours.asked(ASKED)) for _ in range(ROUNDS)]
    bare_clock, bare_busy = (median(pair[0][kind] for pair in rounds) for kind in (0, 1))
    hit_clock, hit_busy = (median(pair[1][kind] for pair in rounds) for kind in (0, 1))
    yield Figure(
        "bare page", bare_clock, "ms", f"{bare_busy:.2f} ms of processor; {1000 / bare_clock:,.0f} pages/s"
    )
    yield Figure(
        f"kept page, a hit in {cache}",
        hit_clock,
        "ms",
        f"{hit_busy:.2f} ms of processor; {1000 / hit_clock:,.0f} pages/s",
    )
    yield Figure(
        "a hit beside the bare page",
        hit_busy / bare_busy,
        "×",
        f"{hit_clock / bare_clock:.2f} × on the clock",
    )


def misses(ours: Server, environment: dict[str, str]) -> Iterator[Figure]:
    """The first page after a commit: everything around it has to be read again too."""
    connection = HTTPConnection("localhost", ours.port)
    taken, busy = [], []
    with subprocess.Popen(
        [sys.executable, "-m", "bench.cache"],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as editor:
        for _ in range(MISSES):
            print(file=editor.stdin, flush=True)
            editor.stdout.readline()
            begun, worked = time.perf_counter(), ours.busy()
            get(connection)
            taken.append((time.perf_counter() - begun) * 1000)
            busy.append((ours.busy() - worked) * 1000)
        editor.stdin.close()
    how = (
        "after a commit" if environment.get("REDIS_URL") else "in a new process's own memory: not comparable"
    )
    yield Figure(
        "the front page anew, a miss", median(taken), "ms", f"{median(busy):.0f} ms of processor; {how}"
    )


def change_on_request() -> None:
    """One commit that is seen on every page for each line that comes in."""
    import django

    django.setup()
    from knowledge.models import SiteFacts

    for number, _line in enumerate(sys.stdin):
        SiteFacts.objects.update(operator=f"Granvik {number}")
        print("done", flush=True)


@contextmanager
def served(target: str, environment: dict[str, str], *options: str) -> Iterator[Server]:
    port = free_port()
    command = ["--interface", "wsgi", "--port", str(port), "--workers", "1", "--no-ws", *options, target]
    with subprocess.Popen(
        [str(Path(sys.executable).parent / "granian"), *command], env=environment, stdout=subprocess.DEVNULL
    ) as process:
        try:
            server = Server(port, process.pid)
            until_it_answers(server)
            yield server
        finally:
            process.terminate()


def until_it_answers(server: Server) -> None:
    for _ in range(300):
        try:
            server.length()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the server did not start")


def get(connection: HTTPConnection) -> bytes:
    connection.request("GET", "/")
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise ValueError(response.status)
    return body


def ticks(pid: int) -> int:
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(after_name[11]) + int(after_name[12])


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found] + [below for child in found for below in children(int(child))]


if __name__ == "__main__":
    change_on_request()
