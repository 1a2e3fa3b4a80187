"""The demonstration's words, as they stand in `content/*.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

CONTENT = Path(__file__).parent / "content"

Entry = dict[str, Any]


def read(name: str) -> Entry:
    return tomllib.loads((CONTENT / f"{name}.toml").read_text(encoding="utf-8"))


def entries(subject: str) -> list[Entry]:
    """All entries of one subject ("project"), whichever files they were split into."""
    files = sorted(CONTENT.glob(f"{subject}s.toml")) + sorted(CONTENT.glob(f"{subject}s_*.toml"))
    return [entry for file in files for entry in read(file.stem)[subject]]
