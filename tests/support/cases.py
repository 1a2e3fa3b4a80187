"""Small inputs that once failed, one file each, kept beside the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"


def case(name: str) -> Path:
    """Return the path of the file. Skip the test if the folder does not exist."""
    path = CASES / name
    if not path.exists():
        pytest.skip(f"not tested here: no {name}")
    return path


def read_case(name: str) -> str:
    """Return the text of the file. Skip the test if the folder does not exist."""
    with case(name).open(encoding="utf-8", newline="") as file:
        return file.read()
