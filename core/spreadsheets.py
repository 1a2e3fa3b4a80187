"""Makes members' texts safe in the cells of spreadsheets."""

from __future__ import annotations

from typing import Any

FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""First characters of a cell that spreadsheet programs read as a formula, or skip before one."""


def as_text(value: Any) -> Any:
    """Return a text that no spreadsheet program runs as a formula, and other values unchanged (OWASP, “CSV
    injection”)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
