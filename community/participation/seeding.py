"""Adds the measures that every site begins with. Idempotent."""

from __future__ import annotations

import csv
from pathlib import Path

from community.participation.models import Measure

FILE = Path(__file__).parent / "seed" / "measures.csv"


def seed_measures() -> None:
    """Add the measures whose code is missing. Existing rows belong to the editors and are not changed."""
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    known = set(Measure.objects.values_list("code", flat=True))
    Measure.objects.bulk_create(Measure(**row) for row in rows if row["code"] not in known)
