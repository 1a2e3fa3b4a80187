"""Time from a post to the sockets of all readers of the thread, each reader a different member.

Posts go by HTTP to a process of pages, another process serves the sockets, and Redis connects them, as in production.
Three systems run in turns in the same run. `hub_app.py` is the limit in Python: it only passes a text from one Redis
subscription to a set of sockets. "published only" is a publication by this project without a post. The third is a
whole post with its checks, its commit and its event. With a Chromium, the last figure is the time from the click in
one browser to the post on the screen of another.

The load comes from `ws_fanout.py`, the generator used for other projects, on the same cores as the servers. It needs
psutil and is faster with uvloop; `BENCH_PYTHON` names an interpreter that has them.
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from bench.figures import Figure, NotHere, latencies
from community.live.server import OPTIONS
from tests.support.services.chromium import ARGUMENTS
from tests.support.services.machine import free_port

RIGS = Path(__file__).resolve().parents[2] / "shared" / "bench"
GENERATOR = RIGS / "ws_fanout.py"
PYTHON = os.environ.get("BENCH_PYTHON", sys.executable)
READERS = (200, 1000)
TURNS = 3
POSTS = 30
BARE, PUBLISHED, POSTED = "bare hub", "published only", "a post"
TOKEN = "t" * 32
UVICORN = [
    "--ws",
    "websockets-sansio",
    "--lifespan",
    "off",
    "--log-level",
    "error",
    "--ws-per-message-deflate",
    "false",
]

# Creates a thread and sessions of members: one for each reader. The first one also posts.
PREPARE = """
import json, sys
import django
django.setup()
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from community.discussions.services import thread_of
from community.members.models import Member
from tests.factories import ProjectFactory
call_command("migrate", verbosity=0)
thread = thread_of(ProjectFactory())
cookies = []
for number in range(int(sys.argv[1])):
    client = Client()
    client.force_login(Member.objects.create_user(f"reader{number}@example.org", first_name="Reader", last_name="R"))
    cookies.append(f"Cookie: sessionid={client.cookies['sessionid'].value}")
print(json.dumps({"thread": thread.pk, "post": reverse("discussions:post", args=[thread.pk]), "cookies": cookies}))
"""
# The site's own pages without the limit on posts, and an address that only publishes an event to the readers, to
# measure the publication alone.
PAGES = """
import sys
from granian import Granian
from granian.constants import Interfaces
Granian("pages:application", interface=Interfaces.WSGI, port=int(sys.argv[1]), blocking_threads=4, websockets=False,
        log_enabled=False).serve()
"""
APPLICATION = """
from dataclasses import replace
from config.wsgi import application as site
from community.discussions import views
from community.discussions.receivers import TOPIC
from community.live.events import PostPublished
from community.live.publish import publish
views.POSTING = replace(views.POSTING, count=10**9)

def application(environ, start_response):
    if not environ["PATH_INFO"].startswith("/tell/"):
        return site(environ, start_response)
    html = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode()
    post = dict(html=html, author_id=1, author="Reader R", organisation="", published_at="2026-01-01T00:00:00+00:00")
    publish(TOPIC, int(environ["PATH_INFO"][6:]), PostPublished(version=1, number=1, **post))
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]
"""

POSTS_IN_BROWSER = 9
"""The limit of ten posts a minute for each member."""
WATCH = """() => {
  globalThis.shown = {};
  const look = () => document.querySelectorAll("article.post .post-body").forEach((body) => {
    requestAnimationFrame(() => { shown[body.textContent.trim()] ??= Date.now(); });
  });
  new MutationObserver(look).observe(document.querySelector("#thread"), { childList: true, subtree: true });
}"""
POST = """(text) => {
  const form = document.querySelector("[data-composer]");
  form.elements.text.value = text;
  form.requestSubmit();
  return Date.now();
}"""


def measure() -> Iterator[Figure]:
    if not GENERATOR.exists():
        raise NotHere(f"{GENERATOR.name} is not beside the repository")
    if not os.environ.get("REDIS_URL"):
        raise NotHere("no Redis")
    if subprocess.run([PYTHON, "-c", "import psutil"], capture_output=True, check=False).returncode:
        raise NotHere("no psutil")
    with tempfile.TemporaryDirectory() as directory:
        environment = {
            **os.environ,
            "DATA_DIR": directory,
            "DATABASE_URL": f"sqlite:///{directory}/bench.sqlite3",
            "DJANGO_SETTINGS_MODULE": "config.settings.local",
            "PYTHONPATH": os.pathsep.join([directory, os.environ.get("PYTHONPATH", "")]),
            "LOG_LEVEL": "ERROR",
        }
        Path(directory, "pages.py").write_text(APPLICATION)
        prepared = subprocess.run(
            [sys.executable, "-c", PREPARE, str(max(READERS))],
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )
        thread = json.loads(prepared.stdout.splitlines()[-1])
        taken = by_turns(thread, environment)
        seen = [*in_browsers(thread, environment)] if os.environ.get("CHROMIUM") else []
    for readers in READERS:
        yield from compared(readers, {name: taken[readers, name] for name in (BARE, PUBLISHED, POSTED)})
    yield from seen


def compared(readers: int, turns: Mapping[str, list[dict[str, Any]]]) -> Iterator[Figure]:
    """Yield medians of the turns, and the last reader's time as a multiple of the bare hub's in the same turn."""
    for name, taken in turns.items():
        note = f"{readers} readers, {name}, {sum(turn['lost'] for turn in taken)} lost"
        for figure, key in (
            ("median reader, p50", "median_p50"),
            ("last reader, p50", "last_p50"),
            ("last reader, p95", "last_p95"),
        ):
            yield Figure(figure, statistics.median(turn[key] for turn in taken), "ms", note)
        if name != BARE:
            ratios = [
                mine["last_p50"] / theirs["last_p50"] for mine, theirs in zip(taken, turns[BARE], strict=True)
            ]
            yield Figure("last reader beside the bare hub's", statistics.median(ratios), "×", note)


def by_turns(
    thread: Mapping[str, Any], environment: dict[str, str]
) -> Mapping[tuple[int, str], list[dict[str, Any]]]:
    """Return the generator's figures by number of readers and system. All systems run during all turns."""
    cookies = Path(environment["DATA_DIR"], "cookies")
    cookies.write_text("\n".join(thread["cookies"]))
    taken: defaultdict[tuple[int, str], list[dict[str, Any]]] = defaultdict(list)
    with ExitStack() as leaving:
        uvicorn = [sys.executable, "-m", "uvicorn", *UVICORN]
        bare = {**environment, "PYTHONPATH": str(RIGS / "raw"), "REDIS": environment["REDIS_URL"]}
        hub = leaving.enter_context(serving(bare, *uvicorn, "hub_app:app", "--port"))
        ours = ["--ws", OPTIONS["ws"], "--ws-max-size", str(OPTIONS["ws_max_size"])]
        live = leaving.enter_context(
            serving(environment, *uvicorn, *ours, "config.asgi:application", "--port")
        )
        pages = leaving.enter_context(serving(environment, sys.executable, "-c", PAGES))
        for _turn in range(TURNS):
            for readers in READERS:
                theirs = fan_out(readers, f"ws://{hub}/", '"joined"', f"http://{hub}/post", "{m}")
                taken[readers, BARE].append(theirs)
                socket_url = f"ws://{live}/ws/?topic=thread:{thread['thread']}"
                publish_url = f"http://{pages}/tell/{thread['thread']}"
                taken[readers, PUBLISHED].append(
                    fan_out(readers, socket_url, '"ready"', publish_url, "{m}", cookies=cookies)
                )
                posted = fan_out(
                    readers,
                    socket_url,
                    '"ready"',
                    f"http://{pages}{thread['post']}",
                    f"csrfmiddlewaretoken={TOKEN}&text={{m}}",
                    "Accept: application/json",
                    f"{thread['cookies'][0]}; csrftoken={TOKEN}",
                    cookies=cookies,
                )
                taken[readers, POSTED].append(posted)
    return taken


def in_browsers(thread: Mapping[str, Any], environment: Mapping[str, str]) -> Iterator[Figure]:
    """Yield the time from the click in one browser to the frame in which another shows the post, on this machine."""
    command = [sys.executable, "-m", "uvicorn", *UVICORN, "config.asgi:application", "--port"]
    with serving(environment, *command) as site, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=list(ARGUMENTS))
        pages = []
        for cookie in thread["cookies"][:2]:
            value = cookie.partition("sessionid=")[2]
            context = chromium.new_context()
            context.add_cookies([{"name": "sessionid", "value": value, "url": f"http://{site}"}])
            pages.append(context.new_page())
            pages[-1].goto(f"http://{site}{thread['post'].removesuffix('posts/')}", timeout=60_000)
            pages[-1].wait_for_selector("[data-live=live]")
        reader, author = pages  # The first member has used up the limit of posts before.
        reader.evaluate(WATCH)
        taken = []
        for number in range(POSTS_IN_BROWSER):
            clicked = author.evaluate(POST, f"bench {number} in a browser")
            shown = reader.wait_for_function("text => shown[text]", arg=f"bench {number} in a browser")
            taken.append((shown.json_value() - clicked) / 1000)
        chromium.close()
    yield from latencies("from a click to another browser's screen", taken, "one process, Redis, Chromium")


def fan_out(
    readers: int, url: str, ready: str, post: str, body: str, *headers: str, cookies: Path | None = None
) -> dict[str, Any]:
    with tempfile.NamedTemporaryFile("r") as results:
        command = [PYTHON, str(GENERATOR), "--url", url, "--ready", ready, "--n", str(readers)]
        command += ["--posts", str(POSTS), "--post-http", post, "--body", body, "--json", results.name]
        command += ["--ctype", "application/x-www-form-urlencoded"]
        command += [part for header in headers for part in ("--header", header)]
        if cookies:
            command += ["--ws-header-file", str(cookies)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        measured: dict[str, Any] = json.loads(results.read().splitlines()[-1])
        return measured


@contextmanager
def serving(environment: Mapping[str, str], *command: str) -> Iterator[str]:
    """Start a server that takes its port as the last argument. Yield its address; stop it when the block ends."""
    port = free_port()
    with subprocess.Popen([*command, str(port)], env=environment, start_new_session=True) as server:
        try:
            while server.poll() is None:
                try:
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                    break
                except OSError:
                    time.sleep(0.1)
            else:
                raise NotHere(f"{command[-1]} did not start")
            yield f"127.0.0.1:{port}"
        finally:
            server.terminate()
