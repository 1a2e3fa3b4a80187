"""Numbers that name rows, as addresses and queries bring them: within what a column of the database holds."""

from __future__ import annotations

import re

LARGEST = 2**63 - 1
"""The largest whole number in a column of PostgreSQL or SQLite."""

_ROW_NUMBER = re.compile(r"[0-9]{1,18}")


def row_number(text: str) -> int | None:
    """The number that a query or a form gives; None where it is none that a row can have."""
    return int(text) if _ROW_NUMBER.fullmatch(text) else None
