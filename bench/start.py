"""Time of `make run` with existing data: from the command to the first page. The reference is a process that only runs
Django's own set-up; both run in turns. Uses SQLite and memory, with the demonstration."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from bench.figures import Figure
from tests.support.served import Site

ROUNDS = 7


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder) / "data")
        try:
            first = site.start()
            site.wait_for_index()
            site.stop()
            rounds = []
            for _ in range(ROUNDS):
                rounds.append((site.set_up_time(), site.start()))
                site.stop()
        finally:
            site.stop()
    set_up, start = (median(times) for times in zip(*rounds, strict=True))
    yield Figure("Django's own set-up", set_up, "s", "a process that does no more")
    yield Figure("a start to its first page", start, "s", f"{start / set_up:.1f} set-ups")
    yield Figure("the first start, with the demonstration", first, "s", "once")
