from __future__ import annotations

import os
import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from operations.observability.requests import serve_probes
from operations.worker import work

STOPPED_BY = (signal.SIGINT, signal.SIGTERM)


class Command(BaseCommand):
    help = "Run queued tasks and the schedule until stopped; running tasks are finished first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--queues", default="", help="Only these, separated by commas (default: all)")

    def handle(self, *args: Any, queues: str, **options: Any) -> None:
        os.environ.setdefault("PROCESS_ROLE", "worker")
        names = [name for name in queues.split(",") if name]
        known = settings.TASKS["default"]["QUEUES"]
        if unknown := sorted(set(names) - set(known)):
            raise CommandError(f"No such queue: {', '.join(unknown)}. There are: {', '.join(known)}.")
        # Each queue thread keeps its connection. A pool can reconnect late, by as long as the outage lasted.
        connection.settings_dict.get("OPTIONS", {}).pop("pool", None)
        stopped = threading.Event()

        def stop(number: int, frame: Any) -> None:
            stopped.set()
            # A second signal ends the process at once; another worker recovers its tasks.
            for each in STOPPED_BY:
                signal.signal(each, signal.SIG_DFL)

        for each in STOPPED_BY:
            signal.signal(each, stop)
        if settings.WORKER_PORT:
            serve_probes(settings.WORKER_PORT)
        work(stopped, queues=names)
