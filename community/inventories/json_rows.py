"""Reads the records of a JSON file one at a time, so that a long list is never in memory as a whole."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator
from itertools import count
from pathlib import Path
from typing import Any, TextIO

from django.utils.translation import gettext as _

from community.inventories.rows import LONGEST_HEADING, heading_key

CHUNK = 1 << 16
LONGEST_RECORD = 20_000_000
"""In characters."""
TRIED = 5
"""Number of records of each list that are compared with the wanted columns."""
EMPTY: Any = object()
"""Stands for an empty list, which has no items to yield."""


class NotRecords(Exception):
    """The file is not JSON or has no list of objects; the message says which."""


class Scanner:
    """Parses the JSON values of a file one after the other. Reads more of the file only when a value is incomplete."""

    def __init__(self, file: TextIO) -> None:
        self.file = file
        self.text = ""
        self.at = 0
        self.ended = False
        self.decoder = json.JSONDecoder(parse_constant=str)

    def more(self) -> bool:
        """Read more of the file. Returns False at its end.

        Reads at least as much as the buffer holds. So the buffer doubles, and a long value is parsed only a few times.
        """
        added = self.file.read(max(CHUNK, len(self.text) - self.at))
        self.text, self.at = self.text[self.at :] + added.replace("\0", ""), 0
        self.ended = not added
        return not self.ended

    def peek(self) -> str:
        """Return the next character that is not blank, or "" at the end of the file. Does not consume it."""
        while True:
            while self.at < len(self.text) and self.text[self.at] in " \t\r\n\ufeff":
                self.at += 1
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""

    def take(self, allowed: str) -> str:
        """Consume and return the next character. Raises `NotRecords` if it is not one of `allowed`."""
        char = self.peek()
        if not char or char not in allowed:
            raise self.malformed()
        self.at += 1
        return char

    def value(self) -> Any:
        """Consume and return the next value. Raises `NotRecords`."""
        self.peek()
        while True:
            try:
                value, end = self.decoder.raw_decode(self.text, self.at)
            except ValueError:
                complete = False
            except RecursionError:
                raise NotRecords(_("It is nested too deeply.")) from None
            else:
                # A number that ends with the buffer may have more digits in the file.
                complete = end < len(self.text) or self.ended
            if complete:
                self.at = end
                return value
            if len(self.text) - self.at > LONGEST_RECORD or self.ended:
                raise self.malformed()
            self.more()

    def malformed(self) -> NotRecords:
        if self.ended and not self.text[self.at :].strip():
            return NotRecords(_("It is cut off: the JSON does not end."))
        return NotRecords(_("It is not valid JSON, near “%(text)s”.") % {"text": self.text[self.at :][:30]})


Numbered = tuple[int, dict[str, str] | str]
"""A record's number, and its text by column or a sentence that says why it cannot be read."""


def records_of_list(path: Path, encoding: str, place: str) -> Iterator[Numbered]:
    """Yield the records of the list at this path. Raises `NotRecords`, also if there is no such list."""
    number, empty = 0, False
    for _place, record in records_of_lists(path, encoding, place):
        if record is EMPTY:
            empty = True
        else:
            number += 1
            yield number, as_record(record)
    if place and not number and not empty:
        raise NotRecords(_("It holds no list “%(name)s”.") % {"name": place})


def records_of_lists(path: Path, encoding: str, wanted: str | None = None) -> Iterator[tuple[str, Any]]:
    """Yield (path of its list, item) for each item of all lists in the file, or only of the list `wanted`."""
    with path.open(encoding=encoding, errors="replace") as file:
        scanner = Scanner(file)
        try:
            for place, item in walk(scanner, ""):
                if wanted is None or place == wanted:
                    yield place, item
                elif inside := below(wanted, place):
                    yield from ((wanted, value) for value in dig(item, inside))
        except RecursionError:
            raise NotRecords(_("It is nested too deeply.")) from None
        if scanner.peek():
            raise scanner.malformed()


def walk(scanner: Scanner, place: str) -> Iterator[tuple[str, Any]]:
    """Yield (path, item) for each item of the lists that are reached through objects and lists of lists.

    An item is parsed as a whole: lists inside it are not walked. See `dig` and `objects` for those.
    """
    if scanner.peek() == "{":
        scanner.take("{")
        while scanner.peek() != "}":
            name = scanner.value()
            if not isinstance(name, str):
                raise scanner.malformed()
            scanner.take(":")
            if scanner.peek() in ("{", "["):
                yield from walk(scanner, path_of(place, name))
            else:
                scanner.value()
            if scanner.peek() != "}":
                scanner.take(",")
        scanner.take("}")
        return
    scanner.take("[")
    if scanner.peek() == "]":
        scanner.take("]")
        yield place, EMPTY
        return
    while True:
        if scanner.peek() == "[":
            yield from walk(scanner, place)
        else:
            yield place, scanner.value()
        if scanner.take(",]") == "]":
            return


def best_list(path: Path, encoding: str, columns: Collection[str]) -> str:
    """Return the path of the list whose objects have most of the columns. Of lists inside each other, the outermost
    counts. Raises `NotRecords` if there is no list, or if several have equally many columns."""
    fits: dict[str, int] = {}
    empty = False
    tried: Counter[str] = Counter()
    for place, item in records_of_lists(path, encoding):
        empty = empty or item is EMPTY
        tried[place] += 1
        if isinstance(item, dict) and tried[place] <= TRIED:
            for inner, record in objects(item, place):
                fit = len({heading_key(name) for name, _value in flat(record)} & set(columns))
                fits[inner] = max(fit, fits.get(inner, 0))
    most = max(fits.values(), default=0)
    best = [place for place, fit in fits.items() if fit == most]
    places = set(best)
    best = [place for place in best if places.isdisjoint(above(place))]
    if len(best) > 1 and most:
        raise NotRecords(
            _("It holds several lists of records: %(names)s. Name one in the mapping, as records.")
            % {"names": ", ".join(best)}
        )
    if not best and not empty and not tried.get(""):
        raise NotRecords(_("It holds no list of records."))
    return best[0] if best else ""


def objects(value: dict[str, Any], place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (path, object) for the object and for the first object of each list within it."""
    yield place, value
    for name, inner in value.items():
        if isinstance(inner, dict):
            yield from list(objects(inner, path_of(place, name)))[1:]
        elif isinstance(inner, list) and inner and isinstance(inner[0], dict):
            yield from objects(inner[0], path_of(place, name))


def path_of(place: str, name: str) -> str:
    """Return the path of the member `name` of the object at `place`. Raises `NotRecords` if it is longer than
    `LONGEST_HEADING`, because the paths of all lists are kept in memory."""
    path = f"{place}.{name}" if place else name
    if len(path) > LONGEST_HEADING:
        raise NotRecords(_("It has names of more than %(most)d characters.") % {"most": LONGEST_HEADING})
    return path


def above(place: str) -> Iterator[str]:
    """Yield each path above this one, the root first. `below(place, path)` is true for each."""
    if place:
        yield ""
    yield from (place[:at] for at, sign in enumerate(place[:-1]) if sign == ".")


def below(wanted: str, place: str) -> str:
    """Return the part of the path `wanted` that follows `place`, or "" if it does not begin with `place`."""
    if not place:
        return wanted
    return wanted.removeprefix(f"{place}.") if wanted.startswith(f"{place}.") else ""


def dig(value: Any, path: str) -> Iterator[Any]:
    """Yield the items of the list at a path within a value. Each item of a list on the way is searched."""
    if isinstance(value, list):
        for item in value:
            yield from dig(item, path) if path else [item]
    elif isinstance(value, dict) and path:
        for name, inner in value.items():
            if path == name or path.startswith(f"{name}."):
                yield from dig(inner, path[len(name) + 1 :])


def one_a_line(path: Path, encoding: str) -> bool:
    """Return whether the file has one object per line: the first line is a complete object, and another object follows
    or the file name says so."""
    with path.open(encoding=encoding, errors="replace") as file:
        first, second = file.readline(LONGEST_RECORD), file.readline(CHUNK)
        while second.isspace():
            second = file.readline(CHUNK)
    try:
        complete = isinstance(json.loads(first.lstrip("\ufeff")), dict)
    except (ValueError, RecursionError):
        return False
    return complete and (second.lstrip().startswith("{") or path.suffix.lower() in (".jsonl", ".ndjson"))


def records_of_lines(path: Path, encoding: str) -> Iterator[Numbered]:
    """Yield the record of each line that is not blank. A broken line is a fault of its own record only."""
    with path.open(encoding=encoding, errors="replace") as file:
        for number in count(1):
            if not (line := file.readline(LONGEST_RECORD)):
                return
            if line.strip("\ufeff \t\r\n\0"):
                try:
                    value = json.loads(line.lstrip("\ufeff").replace("\0", ""), parse_constant=str)
                    yield number, as_record(value)
                except (ValueError, RecursionError):
                    yield number, _("Its line is not valid JSON.")


def as_record(value: Any) -> dict[str, str] | str:
    if not isinstance(value, dict):
        return _("It is not an object with named values.")
    return dict(flat(value))


def flat(value: dict[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Yield (name, text) for each value. Names in nested objects are "outer.inner", cut to `LONGEST_HEADING`; lists are
    joined by semicolons."""
    for name, inner in value.items():
        if isinstance(inner, dict):
            yield from flat(inner, f"{before}{name}."[:LONGEST_HEADING])
        else:
            yield (before + name)[:LONGEST_HEADING], as_text(inner)


def as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(text for item in value if (text := as_text(item)))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
