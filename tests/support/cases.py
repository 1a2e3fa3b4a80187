"""Small inputs that once failed, one file each, kept beside the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"


def case(name: str) -> Path:
    """The file. Skips the test where the folder is absent."""
    path = CASES / name
    if not path.exists():
        pytest.skip(f"not tested here: no {name}")
    return path


def read_case(name: str) -> str:
    """The text of the file. Skips the test where the folder is absent."""
    with case(name).open(encoding="utf-8", newline="") as file:
        return file.read()
