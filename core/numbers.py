"""Parses ids from URLs and queries, within the range of a database column."""

from __future__ import annotations

import re

LARGEST = 2**63 - 1
"""The largest whole number in a column of PostgreSQL or SQLite."""

_ROW_NUMBER = re.compile(r"[0-9]{1,18}")


def row_number(text: str) -> int | None:
    """Return the number in the text, or None where it is not a number that a row can have."""
    return int(text) if _ROW_NUMBER.fullmatch(text) else None
