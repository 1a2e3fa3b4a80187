"""The home page for a visitor: from the shared cache (a hit), and rendered again after a change (a miss).

The reference in the same run is a bare Django with its default middleware and one view that returns a constant page of
the same length. Both run behind granian with one worker on the same machine and are requested in turns over kept
connections. Other work on the machine changes the servers' processor time least.

The second part measures the share of pages served from the cache while the site is busy: 5 posts a second in 20
threads, two editors whose open tabs save a draft every ten seconds, a repeated import, and a worker that writes the
index. Pages of each kind are requested at 40 a second. This part needs PostgreSQL and Redis."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from io import StringIO
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any

from bench.figures import Figure
from bench.pages import DATA, SOURCES, database
from tests.support.services.machine import free_port

READERS = 4
ROUNDS = 7
ASKED = 400
MISSES = 15
TICKS = os.sysconf("SC_CLK_TCK")
LIVELY = 30
"""Seconds for each kind of page."""
PAUSE = 0.025
ended = threading.Event()


def bare() -> Callable[..., Any]:
    """Return a WSGI application: Django as `startproject` creates it, with one constant page of `LENGTH` bytes."""
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
        fill(environment)
        ours = stack.enter_context(served("config.wsgi:application", environment))
        length = str(ours.length())
        plain = stack.enter_context(served("bench.cache:bare", {**os.environ, "LENGTH": length}, "--factory"))
        yield from beside(ours, plain, "Redis" if os.environ.get("REDIS_URL") else "local memory")
        yield from misses(ours, environment)
    if (server := os.environ.get("DATABASE_URL")) and os.environ.get("REDIS_URL"):
        with tempfile.TemporaryDirectory() as folder, database(server) as url:
            yield from lively({**environment, "DATABASE_URL": url, "DATA_DIR": folder, "LOG_LEVEL": "INFO"})


def fill(environment: dict[str, str]) -> None:
    for command in ("migrate", "load_demonstration"):
        subprocess.run(
            [sys.executable, "site/manage.py", command, "-v0"],
            env=environment,
            check=True,
            stdout=sys.stderr,
        )


def lively(environment: dict[str, str]) -> Iterator[Figure]:
    """The site logs which pages come from the cache."""
    fill(environment)
    with ExitStack() as stack:
        log = Path(environment["DATA_DIR"], "site.log")
        ours = stack.enter_context(served("config.wsgi:application", environment, log=log))
        worker = stack.enter_context(
            subprocess.Popen(
                [sys.executable, "site/manage.py", "worker"], env=environment, stderr=subprocess.DEVNULL
            )
        )
        stack.callback(worker.terminate)
        forum = stack.enter_context(
            subprocess.Popen(
                [sys.executable, "-m", "bench.cache", "forum"],
                env=environment,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        stack.callback(forum.terminate)
        pages: dict[str, list[str]] = json.loads(forum.stdout.readline())
        for kind, addresses in pages.items():
            yield from share_of_hits(ours, kind, addresses, log)
        forum.terminate()
        written = json.loads(forum.stdout.read().splitlines()[-1])
        yield Figure("posts meanwhile", written["posts"] / written["seconds"], "posts/s")
        yield Figure("records imported meanwhile", written["records"] / written["seconds"], "records/s")
        yield Figure(
            "drafts saved meanwhile", written["drafts"], "drafts", f"in {written['seconds']:.0f} seconds"
        )


def share_of_hits(ours: Server, kind: str, addresses: list[str], log: Path) -> Iterator[Figure]:
    connection = HTTPConnection("localhost", ours.port)
    for address in addresses:
        get(connection, address)
    before, until = log.read_text(), time.monotonic() + LIVELY
    taken = []
    for address in cycle(addresses):
        begun = time.perf_counter()
        get(connection, address)
        taken.append((time.perf_counter() - begun) * 1000)
        if time.monotonic() > until:
            break
        time.sleep(max(0.0, PAUSE - (time.perf_counter() - begun)))
    said = log.read_text()[len(before) :]
    asked, kept = said.count(" GET "), said.count(" GET kept ")
    note = f"of {asked} answers; {median(taken):.1f} ms in the middle; {len(addresses)} addresses"
    yield Figure(f"{kind}, from the cache", 100 * kept / asked, "%", note)


def forum() -> None:
    """Print the pages to request, write until the process is stopped, then print the number of writes."""
    import django

    django.setup()
    from django.contrib.contenttypes.models import ContentType
    from django.core.management import call_command
    from django.urls import reverse
    from django.utils import timezone
    from wagtail.admin.models import EditingSession

    from community.discussions.models import Thread
    from community.discussions.services import post_message
    from community.members.models import Member
    from community.organisations.models import Organisation
    from community.projects.models import Project
    from knowledge.models import HomePage, KnowledgePage, SectionPage

    signal.signal(signal.SIGTERM, lambda *_args: ended.set())
    threads = list(Thread.objects.order_by("pk")[:20])
    discussed = {thread.subject_id for thread in threads}
    pages = KnowledgePage.objects.live().filter(locale__language_code="sv")
    subjects = [
        *(
            project.get_absolute_url()
            for project in Project.objects.own().filter(live=True)
            if project.subject_id not in discussed
        ),
        *(page.url for page in pages.select_related("work") if page.work.subject_id not in discussed),
        *(one.get_absolute_url() for one in Organisation.objects.taking_part()),
    ]
    sections = [page.url for page in SectionPage.objects.live().filter(locale__language_code="sv")]
    lists = [*sections, reverse("projects:list"), reverse("organisations:list")]
    print(
        json.dumps(
            {"home": [HomePage.objects.get(slug="sv").url], "lists": lists, "other subjects": subjects[:30]}
        ),
        flush=True,
    )

    editors = list(Member.objects.order_by("pk")[:2])
    tabs = [(editor, page.specific) for editor, page in zip(editors, pages.order_by("pk"), strict=False)]
    content = ContentType.objects.get_for_model(KnowledgePage)
    written = {"posts": 0, "drafts": 0, "records": 0}

    def post() -> None:
        thread = threads[written["posts"] % len(threads)]
        post_message(
            thread=thread, actor=editors[written["posts"] % 2], text=f"A post, number {written['posts']}."
        )
        written["posts"] += 1

    def edit() -> None:
        for editor, page in tabs:
            EditingSession.objects.update_or_create(
                user=editor,
                content_type=content,
                object_id=str(page.pk),
                defaults={"last_seen_at": timezone.now()},
            )
            page.save_revision(user=editor)
            written["drafts"] += 1

    def load() -> None:
        for source in SOURCES:
            out = StringIO()
            call_command(
                "import_inventory", str(DATA / f"{source}.csv"), source=source, json=True, stdout=out
            )
            written["records"] += json.loads(out.getvalue()).get("created", 0)

    begun = time.monotonic()
    writers = [
        threading.Thread(target=every, args=(seconds, write))
        for seconds, write in ((0.2, post), (10, edit), (1, load))
    ]
    for writer in writers:
        writer.start()
    ended.wait()
    print(json.dumps({**written, "seconds": time.monotonic() - begun}), flush=True)
    os._exit(0)


def every(seconds: float, write: Callable[[], None]) -> None:
    due = time.monotonic()
    while not ended.is_set():
        write()
        due = max(due + seconds, time.monotonic())
        ended.wait(due - time.monotonic())


class Server:
    def __init__(self, port: int, pid: int) -> None:
        self.port, self.pid = port, pid

    def length(self) -> int:
        connection = HTTPConnection("localhost", self.port)
        return len(get(connection))

    def busy(self) -> float:
        """Return the processor seconds of the server and its workers."""
        return sum(ticks(pid) for pid in (self.pid, *children(self.pid))) / TICKS

    def asked(self, times: int) -> tuple[float, float]:
        """Return milliseconds a page: elapsed time and processor time of the server."""

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
    """Measure the first page after a commit: its cached parts have to be read again too."""
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
    yield Figure("the home page, a miss", median(taken), "ms", f"{median(busy):.0f} ms of processor; {how}")


def change_on_request() -> None:
    """Commit a change that every page shows, once for each line of input."""
    import django

    django.setup()
    from knowledge.models import OperatorInfo

    facts = OperatorInfo.load()
    for number, _line in enumerate(sys.stdin):
        facts.operator = f"Granvik {number}"
        facts.save()
        print("done", flush=True)


@contextmanager
def served(
    target: str, environment: dict[str, str], *options: str, log: Path | None = None
) -> Iterator[Server]:
    port = free_port()
    command = ["--interface", "wsgi", "--port", str(port), "--workers", "1", "--no-ws", *options, target]
    with (
        Path(log or os.devnull).open("ab") as errors,
        subprocess.Popen(
            [str(Path(sys.executable).parent / "granian"), *command],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=errors if log else None,
        ) as process,
    ):
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


def get(connection: HTTPConnection, address: str = "/") -> bytes:
    connection.request("GET", address)
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
    forum() if sys.argv[1:] == ["forum"] else change_on_request()
