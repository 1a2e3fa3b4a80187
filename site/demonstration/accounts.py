"""The accounts shown to those who try the site. All demonstration members share one published password."""

from __future__ import annotations

import tomllib
from pathlib import Path

PASSWORD = "prova-samverka-idag"  # noqa: S105 published on purpose, and never in production
CODE = "271828"
"""The second step of those who have a role."""
SHOWN = 3


def shown_accounts() -> list[tuple[str, str]]:
    """E-mail address and title of the first members of the demonstration: one of staff, two of organisations."""
    with (Path(__file__).parent / "content" / "members.toml").open("rb") as file:
        members = tomllib.load(file)["member"]
    return [(member["email"], member["title"]) for member in members[:SHOWN]]
