"""A table of the effects of each fault and of the time until it healed."""

from __future__ import annotations

from pathlib import Path

from tests.topology.harness.load import Load

HEADER = "| fault | what was seen | healed after |\n|---|---|---|\n"


class Report:
    def __init__(self) -> None:
        self._rows: list[str] = []

    def tell(self, fault: str, load: Load, healed: float, also: str = "") -> None:
        """`healed`: seconds from the fault, or from the return of the part that was down."""
        statuses = load.answers.statuses
        good = sum(count for status, count in statuses.items() if 200 <= status < 400)
        seen = [f"{good} pages and posts answered"]
        if unavailable := statuses[503]:
            seen.append(f"{unavailable} times “try again soon”")
        if lost := statuses[0]:
            seen.append(f"{lost} connections lost")
        seen.append(f"slowest {load.answers.slowest:.1f} s")
        if also:
            seen.append(also)
        self._rows.append(f"| {fault} | {'; '.join(seen)} | {healed:.1f} s |\n")

    def write(self, path: Path) -> None:
        if self._rows:
            path.parent.mkdir(exist_ok=True)
            path.write_text(HEADER + "".join(self._rows), encoding="utf-8")
