"""Adds the measures that every site begins with. Idempotent."""

from __future__ import annotations

from pathlib import Path

from community.participation.models import Measure
from core.csv_files import read_rows

FILE = Path(__file__).parent / "seed" / "measures.csv"


def seed_measures() -> None:
    """Add the measures whose code is missing. Existing rows belong to the editors and are not changed."""
    known = set(Measure.objects.values_list("code", flat=True))
    Measure.objects.bulk_create(Measure(**row) for row in read_rows(FILE) if row["code"] not in known)
