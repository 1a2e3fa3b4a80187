"""Time and queries of an uncached page, with the demonstration, and with a hundred times the demonstration and the
published inventories.

Runs on SQLite, and on PostgreSQL with Elasticsearch if available. `health` (all middleware, one query, no template) is
the least that a page can cost. Then the same pages over HTTP from granian, uncached and cached. Other work on the
machine changes the processor time least.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from http.client import HTTPConnection
from io import StringIO
from pathlib import Path
from statistics import median
from typing import Any

import django

from bench.figures import Figure
from tests.support.services.machine import free_port

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
SOURCES = ("eu-pstw-2025", "us-federal-ai-2024", "uk-atrs")
TIMES = 100
ROUNDS = 15
POST_COUNTS = (200, 5000)
DATABASE = "bench_pages"


def measure() -> Iterator[Figure]:
    """Measure each database in a separate process."""
    with tempfile.TemporaryDirectory() as folder:
        common = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings.local",
            "LOG_LEVEL": "ERROR",
            "REDIS_URL": "",
            "ELASTICSEARCH_PREFIX": DATABASE,
        }
        yield from inside(
            "SQLite", {**common, "DATA_DIR": f"{folder}/sqlite", "DATABASE_URL": "", "ELASTICSEARCH_URL": ""}
        )
        if server := os.environ.get("DATABASE_URL", ""):
            with database(server) as url:
                yield from inside(
                    "PostgreSQL", {**common, "DATA_DIR": f"{folder}/postgresql", "DATABASE_URL": url}
                )


def inside(name: str, environment: Mapping[str, str]) -> Iterator[Figure]:
    wanted = {key: value for key, value in environment.items() if value}
    Path(wanted["DATA_DIR"]).mkdir()
    run = subprocess.run(
        [sys.executable, "-m", "bench.pages", name], env=wanted, check=True, stdout=subprocess.PIPE, text=True
    )
    for line in run.stdout.splitlines():
        yield Figure(**json.loads(line))


@contextmanager
def database(server: str) -> Iterator[str]:
    """Create an empty database on that server, and drop it afterwards."""
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        connection.execute(f"CREATE DATABASE {DATABASE}")
        try:
            yield f"{server.rpartition('/')[0]}/{DATABASE}"
        finally:
            connection.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


def figures(name: str) -> Iterator[Figure]:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("load_demonstration", verbosity=0)
    yield from pages(name, 1)
    if name == "SQLite":
        yield from weights()
    grow()
    yield from pages(name, TIMES)
    yield from over_http(name)


def grow() -> None:
    from django.core.management import call_command
    from django.db import connection

    from bench.crowd import multiply
    from search.backends import on_every_backend
    from search.indexing import rebuild

    multiply(TIMES)
    for source in SOURCES:
        if (path := DATA / f"{source}.csv").exists():
            call_command("import_inventory", str(path), source=source, json=True, stdout=StringIO())
    on_every_backend(rebuild)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def addresses() -> dict[str, str]:
    """Return the pages to measure: name → address."""
    from django.urls import reverse

    from community.discussions.models import Thread
    from community.projects.models import Project
    from knowledge.models import ArticlePage, GuidePage, HomePage, SectionPage, UseCasePage

    def first(model: Any, **filters: Any) -> str:
        return str(
            model.objects.live().filter(locale__language_code="sv", **filters).order_by("pk").first().url
        )

    project = Project.objects.own().filter(subject__participations__role="partner").first()
    threads = Thread.objects.filter(subject__kind="project").order_by("pk")
    found = {
        "health": reverse("health"),
        "home": first(HomePage),
        "use cases": first(SectionPage, lists="use_case"),
        "guide": first(GuidePage),
        "use case": first(UseCasePage),
        "article": first(ArticlePage),
        "projects": reverse("projects:list"),
        "projects of a stage": reverse("projects:list") + "?stage=pilot",
        "project": project.get_absolute_url(),
        "offered and sought": reverse("statements:list"),
        "offered in an area": reverse("statements:list") + "?statement_kind=offers&area=09",
        "organisations": reverse("organisations:list"),
        "organisation": project.organisation.get_absolute_url(),
        "search": reverse("search:search"),
        "search for words": reverse("search:search") + "?q=chattbot+kommun",
        "search in facets": reverse("search:search") + "?q=chatbot&stage=pilot&kind=project",
    }
    if reference := Project.objects.filter(is_reference=True).order_by("pk").first():
        found["imported project"] = reference.get_absolute_url()
    for thread, posts in zip(threads, POST_COUNTS, strict=False):
        fill(thread, posts)
        found[f"thread of {posts:,} posts"] = thread.get_absolute_url()
    return found


def fill(thread: Any, posts: int) -> None:
    from community.discussions.models import Post
    from community.members.models import Member

    authors = list(Member.objects.values_list("pk", flat=True)[:50])
    text = "We began with one unit, measured for a quarter, and can share both the requirements and the contract."
    thread.posts.all().delete()
    Post.objects.bulk_create(
        [
            Post(
                thread=thread,
                number=number,
                version=number,
                author_id=authors[number % len(authors)],
                text=text,
                html=f"<p>{text}</p>",
            )
            for number in range(1, posts + 1)
        ],
        batch_size=500,
    )
    # Django sets the creation time when rows are created.
    thread.post_count = thread.version = posts
    thread.save()


def uncached(address: str) -> str:
    """Add a query string, because a page with a query string is never cached."""
    return f"{address}{'&' if '?' in address else '?'}fresh=1"


def pages(name: str, times: int) -> Iterator[Figure]:
    from django.core.cache import cache
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(SERVER_NAME="localhost")

    def ask(address: str) -> None:
        if client.get(address).status_code != 200:
            raise ValueError(address)

    for page, address in addresses().items():
        ask(uncached(address))
        with CaptureQueriesContext(connection) as queries:
            ask(uncached(address))
        asked = len(queries)
        seconds, busy = timed(lambda address=address: ask(uncached(address)))
        note = f"{asked} queries, {busy * 1000:.1f} ms of processor"
        yield Figure(f"{name} ×{times}, {page}", seconds * 1000, "ms", note)
        if page in ("use case", "project", "organisation"):
            seconds, busy = timed(lambda address=address: (cache.clear(), ask(uncached(address))))
            note = f"{busy * 1000:.1f} ms of processor; what is alike, and partners, are searched for"
            yield Figure(f"{name} ×{times}, {page}, cache empty", seconds * 1000, "ms", note)


def timed(ask: Callable[[], object]) -> tuple[float, float]:
    """Return medians: elapsed seconds, and processor seconds of this process, which do not depend on other work."""
    taken, busy = [], []
    for _ in range(ROUNDS):
        begun, worked = time.perf_counter(), time.process_time()
        ask()
        taken.append(time.perf_counter() - begun)
        busy.append(time.process_time() - worked)
    return median(taken), median(busy)


def weights() -> Iterator[Figure]:
    """Measure what a browser downloads for the page, compressed and without pictures."""
    from django.test import Client

    client = Client(SERVER_NAME="localhost")

    def body(address: str) -> bytes:
        response = client.get(address)
        return b"".join(response) if response.streaming else response.content

    for page, address in addresses().items():
        html = body(address)
        if not html.startswith(b"<!doctype"):
            continue
        waiting = re.findall(r'(?:href="([^"]+\.css)"|src="([^"]+\.js)")', html.decode())
        files = {name for pair in waiting for name in pair if name}
        for script in [name for name in files if name.endswith(".js")]:
            folder = script.rpartition("/")[0]
            files |= {f"{folder}/{name}" for name in re.findall(r'from "\./([^"]+)"', body(script).decode())}
        whole = sum(len(gzip.compress(content)) for content in [html, *map(body, sorted(files))])
        yield Figure(
            f"weight of {page}",
            whole / 1000,
            "kB",
            f"{len(files)} files beside {len(html) / 1000:.0f} kB of HTML",
        )


def over_http(name: str) -> Iterator[Figure]:
    port = free_port()
    command = [
        "granian",
        "--interface",
        "wsgi",
        "--port",
        str(port),
        "--workers",
        "1",
        "--no-ws",
        "config.wsgi:application",
    ]
    with subprocess.Popen(
        [str(Path(sys.executable).parent / command[0]), *command[1:]], stdout=subprocess.DEVNULL
    ) as server:
        try:
            connection = answering(port)
            for page, address in addresses().items():
                for how, asked in (("uncached", uncached(address)), ("cached", address)):
                    if how == "cached" and ("?" in address or page == "health"):
                        continue
                    get(connection, asked)
                    seconds, _busy = timed(lambda asked=asked: get(connection, asked))
                    yield Figure(f"{name} ×{TIMES}, HTTP, {page}, {how}", seconds * 1000, "ms")
        finally:
            server.terminate()


def answering(port: int) -> HTTPConnection:
    """Return a kept connection to the server, as soon as the server answers."""
    for _ in range(300):
        connection = HTTPConnection("localhost", port)
        try:
            get(connection, "/health/")
        except OSError:
            time.sleep(0.1)
        else:
            return connection
    raise TimeoutError("the server did not start")


def get(connection: HTTPConnection, address: str) -> None:
    connection.request("GET", address)
    response = connection.getresponse()
    response.read()
    if response.status != 200:
        raise ValueError(f"{address}: {response.status}")


if __name__ == "__main__":
    django.setup()
    for figure in figures(sys.argv[1]):
        print(json.dumps(asdict(figure)), flush=True)
