"""Reads the CSV files that the project ships: code lists and seeds."""

from __future__ import annotations

import csv
from pathlib import Path


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a UTF-8 file, by heading."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
