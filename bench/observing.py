"""Cost of observability for each request: its id, its log line as JSON, its metrics. Measures the middleware alone,
around a ready response, with metrics shared by all processes of a container and without."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure

ROOT = Path(__file__).resolve().parents[1]
REQUESTS = 20_000
ALONE = f"""
import json, logging, logging.config, sys, time
from django.conf import settings
import django; django.setup()
from django.http import HttpResponse
from django.test import RequestFactory
from operations.observability.requests import ObservedMiddleware
logging.getLogger().handlers[0].setStream(open("/dev/null", "w"))
requests = RequestFactory()
answer = lambda request: HttpResponse()
seen = ObservedMiddleware(answer)
def each(handle):
    asked = [requests.get("/projekt/7/") for _ in range({REQUESTS})]
    began = time.process_time()
    for request in asked:
        handle(request)
    return (time.process_time() - began) / {REQUESTS} * 1e6
each(seen)
print(json.dumps(min(each(seen) - each(answer) for _ in range(5))))
"""


def measure() -> Iterator[Figure]:
    for name in ("alone", "shared"):
        with tempfile.TemporaryDirectory() as folder:
            environment = {
                **{key: value for key, value in os.environ.items() if not key.endswith(("_URL", "_DIR"))},
                "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'site'}",
                "DJANGO_SETTINGS_MODULE": "config.settings.local",
                "DATA_DIR": folder,
                "LOG_FORMAT": "json",
            }
            if name == "shared":
                environment["PROMETHEUS_MULTIPROC_DIR"] = f"{folder}/figures"
            command = [sys.executable, "-W", "ignore", "-c", ALONE]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        yield Figure(f"seen, figures {name}", json.loads(done.stdout), "µs a request")
