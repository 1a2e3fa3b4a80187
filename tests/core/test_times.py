"""Times are written in one format on the whole site, in both languages."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.utils.translation import override

from core.times import moment_in_words

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 30, 22, 30, tzinfo=UTC)  # 23.30 in Sweden.


@pytest.mark.parametrize(
    ("moment", "swedish", "english"),
    [
        (datetime(2026, 11, 30, 13, 32, tzinfo=UTC), "i dag 14.32", "today 14:32"),
        (datetime(2026, 11, 29, 23, 5, tzinfo=UTC), "i dag 00.05", "today 00:05"),
        (datetime(2026, 11, 29, 8, 15, tzinfo=UTC), "i går 09.15", "yesterday 09:15"),
        (datetime(2026, 11, 3, 13, 32, tzinfo=UTC), "3 nov. kl. 14.32", "3 Nov, 14:32"),
        (datetime(2026, 5, 3, 12, 32, tzinfo=UTC), "3 maj kl. 14.32", "3 May, 14:32"),
        (datetime(2025, 12, 24, 14, 0, tzinfo=UTC), "24 dec. 2025 kl. 15.00", "24 Dec 2025, 15:00"),
        (datetime(2026, 12, 1, 8, 0, tzinfo=UTC), "1 dec. kl. 09.00", "1 Dec, 09:00"),
    ],
)
def test_a_time_is_written_with_its_day_and_clock(moment: datetime, swedish: str, english: str) -> None:
    with override("sv"):
        assert moment_in_words(moment, NOW) == swedish
    with override("en"):
        assert moment_in_words(moment, NOW) == english


def test_no_template_formats_times_by_itself() -> None:
    own = [path for path in (ROOT / "templates").rglob("*") if path.is_file()]
    assert [path.name for path in own if re.search(r'(date|time):"[^"]*[HGhg]:i', path.read_text())] == []
