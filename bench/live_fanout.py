"""From a post to the sockets of everybody who reads the thread: one server process, real posts over HTTP.

The load comes from `ws_fanout.py`, the generator the peers were measured with, on the same cores as the server. It
wants psutil, and is quicker with uvloop; `BENCH_PYTHON` names an interpreter that has them.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.figures import Figure, NotHere
from tests.support.services.machine import free_port

GENERATOR = Path(__file__).resolve().parents[2] / "shared" / "bench" / "ws_fanout.py"
PYTHON = os.environ.get("BENCH_PYTHON", sys.executable)
READERS = (200, 500, 1000)
TOKEN = "t" * 32

# A thread, and the session of a member who may post in it.
PREPARE = """
import json, uuid
import django
django.setup()
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from community.discussions.subjects import thread_of
from community.members.models import Member
from foundation.audience import PUBLIC
from knowledge.models import Work
call_command("migrate", verbosity=0)
client = Client()
client.force_login(Member.objects.create_user("bench@example.org", first_name="Bench", last_name="Bench"))
thread = thread_of(Work.objects.create(translation_key=uuid.uuid4(), kind="guide", audience=frozenset({PUBLIC})))
cookie = f"sessionid={client.cookies['sessionid'].value}"
print(json.dumps({"thread": thread.pk, "post": reverse("discussions:post", args=[thread.pk]), "cookie": cookie}))
"""
# As `make run` serves it, but one member may post without end.
SERVE = """
import sys
from dataclasses import replace
import django
django.setup()
import uvicorn
from community.discussions import views
from config.asgi import application
views.POSTING = replace(views.POSTING, count=10**9)
uvicorn.run(application, port=int(sys.argv[1]), lifespan="off", log_level="error", ws_per_message_deflate=False)
"""


def measure() -> Iterator[Figure]:
    if not GENERATOR.exists():
        raise NotHere(f"{GENERATOR.name} is not beside the repository")
    if subprocess.run([PYTHON, "-c", "import psutil"], capture_output=True, check=False).returncode:
        raise NotHere("no psutil")
    layers = {"in memory": "", "Redis": os.environ.get("REDIS_URL", "")}
    with tempfile.TemporaryDirectory() as directory:
        environment = {
            **os.environ,
            "DATA_DIR": directory,
            "DATABASE_URL": f"sqlite:///{directory}/bench.sqlite3",
            "DJANGO_SETTINGS_MODULE": "config.settings.local",
            "REDIS_URL": "",
        }
        prepared = subprocess.run(
            [sys.executable, "-c", PREPARE], env=environment, check=True, capture_output=True, text=True
        )
        target = json.loads(prepared.stdout.splitlines()[-1])
        for layer, redis in layers.items():
            if layer == "Redis" and not redis:
                continue
            for run in fan_out(target, {**environment, "REDIS_URL": redis}):
                note = f"{run['n']} readers, {layer}, {run['lost']} lost"
                yield Figure("median reader, p50", run["median_p50"], "ms", note)
                yield Figure("last reader, p50", run["last_p50"], "ms", note)
                yield Figure("last reader, p95", run["last_p95"], "ms", note)
                if run["n"] == max(READERS):
                    yield Figure("memory a socket", run["kib_conn"], "kB", note)


def fan_out(target: Mapping[str, Any], environment: Mapping[str, str]) -> list[dict[str, float]]:
    port, results = free_port(), Path(environment["DATA_DIR"]) / f"{time.time_ns()}.jsonl"
    site = f"127.0.0.1:{port}"
    options = {
        "--url": f"ws://{site}/ws/threads/{target['thread']}/",
        "--ready": '"ready"',
        "--n": ",".join(map(str, READERS)),
        "--post-http": f"http://{site}{target['post']}",
        "--body": f"csrfmiddlewaretoken={TOKEN}&text={{m}}",
        "--ctype": "application/x-www-form-urlencoded",
        "--json": str(results),
    }
    command = [PYTHON, str(GENERATOR), *(part for option in options.items() for part in option)]
    for header in ("Accept: application/json", f"Cookie: {target['cookie']}; csrftoken={TOKEN}"):
        command += ["--header", header]
    with subprocess.Popen([sys.executable, "-c", SERVE, str(port)], env=environment) as server:
        try:
            wait_for(server, port)
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        finally:
            server.terminate()
    return [json.loads(line) for line in results.read_text().splitlines()]


def wait_for(server: subprocess.Popen[bytes], port: int) -> None:
    while server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise NotHere("the server did not start")
