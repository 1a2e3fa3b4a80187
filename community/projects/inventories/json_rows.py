"""Records of a JSON file one at a time, so that a long list is never in memory as a whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from django.utils.translation import gettext as _

CHUNK = 1 << 16
LONGEST_RECORD = 20_000_000
"""Characters."""


class NotRecords(Exception):
    """The file is no JSON, or not a list of objects; the message says which."""


class Scanner:
    """JSON values one after the other, reading on only when a value is not complete."""

    def __init__(self, file: TextIO) -> None:
        self.file = file
        self.text = ""
        self.at = 0
        self.ended = False
        self.decoder = json.JSONDecoder(parse_constant=str)

    def more(self) -> bool:
        """Read on; at least as much as is waiting, so that a long value is tried few times."""
        added = self.file.read(max(CHUNK, len(self.text) - self.at))
        self.text, self.at = self.text[self.at :] + added.replace("\0", ""), 0
        self.ended = not added
        return not self.ended

    def peek(self) -> str:
        """The next character that is no blank; "" at the end."""
        while True:
            while self.at < len(self.text) and self.text[self.at] in " \t\r\n\ufeff":
                self.at += 1
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""

    def take(self, allowed: str) -> str:
        """The next character, which must be one of those allowed."""
        char = self.peek()
        if not char or char not in allowed:
            raise self.malformed()
        self.at += 1
        return char

    def value(self) -> Any:
        self.peek()
        while True:
            try:
                value, end = self.decoder.raw_decode(self.text, self.at)
            except ValueError:
                complete = False
            except RecursionError:
                raise NotRecords(_("It is nested too deeply.")) from None
            else:
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


def read_json(path: Path, encoding: str) -> Iterator[dict[str, str] | str]:
    """Each record as column → text; a sentence in place of one that is no object. Raises `NotRecords`."""
    if one_a_line(path, encoding):
        yield from records_of_lines(path, encoding)
        return
    with path.open(encoding=encoding, errors="replace") as file:
        scanner = Scanner(file)
        yield from items(scanner) if scanner.peek() == "[" else only_list(scanner)
        if scanner.peek():
            raise scanner.malformed()


def one_a_line(path: Path, encoding: str) -> bool:
    """Is the first line one whole object, with another below or a name that says so?"""
    with path.open(encoding=encoding, errors="replace") as file:
        first, second = file.readline(LONGEST_RECORD), file.readline(CHUNK)
        while second.isspace():
            second = file.readline(CHUNK)
    try:
        complete = isinstance(json.loads(first.lstrip("\ufeff")), dict)
    except (ValueError, RecursionError):
        return False
    return complete and (second.lstrip().startswith("{") or path.suffix.lower() in (".jsonl", ".ndjson"))


def records_of_lines(path: Path, encoding: str) -> Iterator[dict[str, str] | str]:
    """A broken line is that record's fault only."""
    with path.open(encoding=encoding, errors="replace") as file:
        while line := file.readline(LONGEST_RECORD):
            if line.strip("\ufeff \t\r\n\0"):
                try:
                    yield as_record(json.loads(line.lstrip("\ufeff").replace("\0", ""), parse_constant=str))
                except (ValueError, RecursionError):
                    yield _("Its line is not valid JSON.")


def only_list(scanner: Scanner) -> Iterator[dict[str, str] | str]:
    """The items of the object's one list of objects; what else it says is passed over."""
    scanner.take("{")
    found = empty = False
    while scanner.peek() != "}":
        if not isinstance(scanner.value(), str):
            raise scanner.malformed()
        scanner.take(":")
        if scanner.peek() != "[":
            scanner.value()
        else:
            scanner.take("[")
            empty = empty or scanner.peek() == "]"
            if scanner.peek() != "{":
                for _item in values_until_end(scanner):
                    pass
            elif found:
                raise NotRecords(_("It holds more than one list of records."))
            else:
                found = True
                yield from map(as_record, values_until_end(scanner))
        if scanner.peek() != "}":
            scanner.take(",")
    scanner.take("}")
    if not found and not empty:
        raise NotRecords(_("It holds no list of records."))


def items(scanner: Scanner) -> Iterator[dict[str, str] | str]:
    scanner.take("[")
    yield from map(as_record, values_until_end(scanner))


def values_until_end(scanner: Scanner) -> Iterator[Any]:
    """The values of a list whose bracket has been taken, up to and with its end."""
    if scanner.peek() == "]":
        scanner.take("]")
        return
    while True:
        yield scanner.value()
        if scanner.take(",]") == "]":
            return


def as_record(value: Any) -> dict[str, str] | str:
    if not isinstance(value, dict):
        return _("It is not an object with named values.")
    return dict(flat(value))


def flat(value: dict[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Nested objects as "outer.inner"; lists joined by semicolons."""
    for name, inner in value.items():
        if isinstance(inner, dict):
            yield from flat(inner, f"{before}{name}.")
        else:
            yield before + name, as_text(inner)


def as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(text for item in value if (text := as_text(item)))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
