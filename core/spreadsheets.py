"""What people wrote, on its way into a spreadsheet."""

from __future__ import annotations

from typing import Any

FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""What a cell begins with that spreadsheet programs take for a formula, or leave out to find one."""


def as_text(value: Any) -> Any:
    """A text that no program runs as a formula; other values as they are. (OWASP, “CSV injection”.)"""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
