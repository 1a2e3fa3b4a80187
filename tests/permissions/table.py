"""docs/permissions.md as data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "permissions.md"
PERSONS = (
    "visitor",
    "member",
    "waiting",
    "speaker",
    "administrator",
    "moderator",
    "editor",
    "council",
    "staff",
)
YES, OWN, NO = "yes", "own", "–"
NAME = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Row:
    """A verb or an audience: `cells` maps person → yes, own or –; `addresses` are names of URL patterns."""

    name: str
    words: str
    addresses: tuple[str, ...]
    cells: dict[str, str]


def verbs() -> dict[str, Row]:
    rows = section("Verbs", columns=3 + len(PERSONS))
    return {row.name: row for row in (read(cells, addresses=True) for cells in rows)}


def audiences() -> dict[str, Row]:
    rows = section("Audiences", columns=2 + len(PERSONS))
    return {row.name: row for row in (read(cells, addresses=False) for cells in rows)}


def surfaces() -> list[str]:
    return [name_in(cells[0]) for cells in section("Audiences", columns=2)]


def only_show() -> set[str]:
    """Return the names of addresses that change nothing."""
    return listed("Addresses that only show")


def asking_nothing() -> set[str]:
    """Return the verbs whose service function asks no policy."""
    paragraphs = DOCUMENT.read_text(encoding="utf-8").partition("Verbs that ask nothing")[2]
    return set(NAME.findall(paragraphs.partition("\n\n")[0].partition("may:")[2]))


def steps() -> set[str]:
    """Return service functions whose caller has asked the policy."""
    return listed("Steps of these functions")


def behind() -> set[str]:
    """Return service functions that no person calls directly."""
    return listed("Functions of services that stand behind") | steps()


def read(cells: list[str], *, addresses: bool) -> Row:
    said = cells[-len(PERSONS) :]
    assert set(said) <= {YES, OWN, NO}, cells
    return Row(
        name=name_in(cells[0]),
        words=cells[1],
        addresses=tuple(NAME.findall(cells[2])) if addresses else (),
        cells=dict(zip(PERSONS, said, strict=True)),
    )


def section(heading: str, *, columns: int) -> list[list[str]]:
    """Return the rows with this number of columns below a heading, without the header of the table."""
    text = DOCUMENT.read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("| `")
    ]
    return [row for row in rows if len(row) == columns]


def listed(beginning: str) -> set[str]:
    """Return the quoted names in the paragraph with this beginning."""
    paragraphs = DOCUMENT.read_text(encoding="utf-8").split("\n\n")
    (found,) = (paragraph for paragraph in paragraphs if paragraph.startswith(beginning))
    return set(NAME.findall(found))


def name_in(cell: str) -> str:
    return NAME.findall(cell)[0]
