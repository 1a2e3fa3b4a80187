"""Writes members' texts into spreadsheets as text."""

from __future__ import annotations

from typing import Any

FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""First characters of a cell that spreadsheet programs read as a formula, or skip before one."""


def as_text(value: Any) -> Any:
    """A text that no program runs as a formula; other values as they are. (OWASP, “CSV injection”.)"""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
