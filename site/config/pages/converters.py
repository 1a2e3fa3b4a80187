from __future__ import annotations

from datetime import date


class Day:
    """A day in an address: 2026-11-22."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


class AreaCode:
    """A division of COFOG or a group of one: “09”, “09.1”."""

    regex = r"[0-9]{2}(?:\.[0-9]{1,2})*"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
