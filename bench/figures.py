"""Figures that a benchmark yields, and the file in which a run is stored."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent


class NotHere(Exception):
    """Says why a benchmark can't run on this machine."""


@dataclass(frozen=True)
class Figure:
    """`unit` is what `value` counts: "ms", "rows/s", "queries" …"""

    name: str
    value: float
    unit: str
    note: str = ""


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the value that `percent` per cent of the values do not exceed."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def latencies(name: str, seconds: Sequence[float], note: str = "") -> Iterable[Figure]:
    """Return p50 and p95 of times in seconds, as milliseconds."""
    for percent in (50, 95):
        yield Figure(f"{name}, p{percent}", percentile(seconds, percent) * 1000, "ms", note)


def write(benchmark: str, summary: str, figures: Sequence[Figure]) -> Path:
    """Write one Markdown table beside the benchmark, in place of the last one. Return its path."""
    moment = datetime.now(UTC).strftime("%Y-%m-%d")
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    rows = [f"| {each.name} | {each.value:,.1f} | {each.unit} | {each.note} |" for each in figures]
    head = ["| | | unit | |", "|---|---:|---|---|"]
    lines = [f"# {benchmark}", "", summary, "", f"{moment}, {machine}.", "", *head, *rows]
    path = HERE / f"{benchmark}.md"
    path.write_text("\n".join(lines) + "\n")
    return path
