"""A child process has limits for memory and time, and cannot fill the memory of its parent."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from time import process_time

import pytest

from core.confined import ChildFailed, run_confined

PROGRAMS = {
    "endless_line": "import sys\nwhile True:\n    sys.stdout.write('x' * 1000)",
    "endless_lines": "while True:\n    print('x' * 100)",
    "endless_work": "while True:\n    pass",
    "endless_memory": "kept = []\nwhile True:\n    kept.append(bytearray(10_000_000))",
    "two_lines": "print('one')\nprint('two')",
    "broken": "print('one')\nraise ValueError",
}
LIMITS = {"memory": 300_000_000, "seconds": 2, "longest_line": 10_000, "most": 100_000}


@pytest.fixture(autouse=True)
def _programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, program in PROGRAMS.items():
        (tmp_path / f"{name}.py").write_text(program, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)


def read(module: str) -> tuple[int, ChildFailed | None]:
    """Return how many bytes came, and how the child failed."""
    came = 0
    try:
        for line in run_confined(module, **LIMITS):
            came += len(line)
    except ChildFailed as failure:
        return came, failure
    return came, None


def test_lines_arrive_as_they_are_printed() -> None:
    assert list(run_confined("two_lines", **LIMITS)) == [b"one\n", b"two\n"]


@pytest.mark.parametrize("module", ["endless_line", "endless_lines"])
def test_a_child_that_prints_too_much_is_killed(module: str) -> None:
    came, failure = read(module)
    assert came <= LIMITS["most"]
    assert failure
    assert failure.met_a_limit


@pytest.mark.parametrize("module", ["endless_work", "endless_memory"])
def test_a_child_that_exceeds_its_memory_or_time_is_killed(module: str) -> None:
    came, failure = read(module)
    assert came == 0
    assert failure
    assert failure.met_a_limit


def test_a_child_that_fails_by_itself_reports_no_limit() -> None:
    came, failure = read("broken")
    assert came == len(b"one\n")
    assert failure
    assert not failure.met_a_limit


def test_time_in_which_the_parent_does_not_read_is_not_counted() -> None:
    limits = {**LIMITS, "seconds": 1, "most": 10_000_000}
    lines = run_confined("endless_lines", **limits)
    assert next(lines)
    begun = process_time()
    while process_time() - begun < 1.5:
        pass
    assert len(list(islice(lines, 5_000))) == 5_000
    lines.close()
