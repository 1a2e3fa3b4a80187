from __future__ import annotations

import os
import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.worker import work


class Command(BaseCommand):
    help = "Run queued tasks and the schedule until stopped; the task in hand is finished first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--queues", default="", help="Only these, with commas between (default: all)")

    def handle(self, *args: Any, queues: str, **options: Any) -> None:
        os.environ.setdefault("PROCESS_ROLE", "worker")
        names = [name for name in queues.split(",") if name]
        known = settings.TASKS["default"]["QUEUES"]
        if unknown := sorted(set(names) - set(known)):
            raise CommandError(f"No such queue: {', '.join(unknown)}. There are: {', '.join(known)}.")
        stopped = threading.Event()

        def stop(number: int, frame: Any) -> None:
            stopped.set()
            # Asked once more, it stops at once; its task is recovered by another worker.
            signal.signal(number, signal.SIG_DFL)

        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGTERM, stop)
        work(stopped, queues=names)
