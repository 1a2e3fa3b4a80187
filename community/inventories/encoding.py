"""Detects the encoding of a text file. If a guess produces improbable text, the file is refused until one is named."""

from __future__ import annotations

import codecs
import io
import re
from pathlib import Path

from django.utils.translation import gettext as _

from community.inventories.rows import Unreadable

PIECE = 1 << 20
OTHERS = ("cp850", "iso8859-15", "cp1250", "mac-roman", "iso8859-2", "cp1257")
"""Encodings, besides Windows-1252, that a file may have which is not UTF-8. The most common first."""
FOREIGN = re.compile(r"[^\x00-\x7f]")

# _IMPROBABLE matches text of another encoding that is read as Windows-1252: a symbol inside or at the beginning of a
# word, the general currency sign, an undefined byte, a capital inside a word. _TWICE matches UTF-8 that was read as
# Windows-1252 and saved again.
_IMPROBABLE = re.compile(
    r"[\ufffd\x80-\x9f¤]"
    r"|(?<=[A-Za-zÀ-ÿ])[„†‡ˆ‰‹“”•˜™›¡¢£¥¦§¨©«¬®±²³µ¶¸¹»¼½¾¿×÷](?=[A-Za-zà-ÿ])"
    r"|(?<![^\s\"'(,;|])[†‡ˆ‰•˜™¢£¥¦¨¬®±²³¶¸¹¼½¾×÷](?=[A-Za-zà-ÿ])"
    r"|(?<=[a-zà-ÿ])[ŠŽŒŸÀ-ÖØ-Þ](?=[a-zà-ÿ])"
)
_TWICE = re.compile(r"Ã[\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€[^\s\w]")
OFTEN = 50
"""A guess is doubtful if at least one of this many characters outside ASCII is improbable."""
SHOWN = 60


def encoding_of(path: Path, start: bytes) -> str:
    """Return the encoding of a file, of which `start` are the first bytes.

    UTF-16 is recognised by its byte order mark or its zero bytes. A file is UTF-8 if it decodes with at most one
    error for ten characters outside ASCII. Otherwise it is Windows-1252 if that produces probable text. Raises
    `Unreadable` if it does not, if the file holds no text, or if its text was garbled before it was saved.
    """
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    even, odd = start[0::2], start[1::2]
    if odd.count(0) > len(odd) * 0.4 and even.count(0) < len(even) * 0.1:
        return "utf-16-le"
    if even.count(0) > len(even) * 0.4 and odd.count(0) < len(odd) * 0.1:
        return "utf-16-be"
    controls = sum(start.count(byte) for byte in range(1, 0x20) if byte not in b"\t\n\v\f\r\x1a\x1b")
    if controls > len(start) * 0.05 or start.count(0) > len(start) * 0.2:
        raise Unreadable(
            _("%(file)s holds no text: it is no CSV, TSV, workbook or JSON file.") % {"file": path}
        )
    foreign = broken = twice = 0
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        while text := file.read(PIECE):
            if not text.isascii():
                broken += text.count("\ufffd")
                foreign += len(FOREIGN.findall(text))
                twice += len(_TWICE.findall(text))
    if broken and broken * 10 > foreign - broken:
        check_guess(path, "cp1252")
        return "cp1252"
    if twice * 5 > foreign:
        raise Unreadable(
            _(
                "%(file)s is garbled already: it reads “%(text)s”. Get a copy that is not, or take it as it is with "
                "--encoding utf-8."
            )
            % {"file": path, "text": passage(path, "utf-8", _TWICE)}
        )
    return "utf-8-sig"


def check_guess(path: Path, guess: str) -> None:
    """Raise `Unreadable` if the guess produces improbable text. The sentence shows the text in other encodings."""
    improbable, foreign = doubts(path, guess)
    if not improbable or improbable * OFTEN < foreign:
        return
    others = sorted((doubts(path, name)[0], at, name) for at, name in enumerate(OTHERS))
    seen = {passage(path, guess)}
    readings: list[str] = []
    for _doubts, _at, name in others:
        if (text := passage(path, name)) not in seen and len(readings) < 3:
            seen.add(text)
            readings.append(f"{name} “{text}”")
    raise Unreadable(
        _(
            "%(file)s has an encoding that cannot be told. As Windows-1252 (cp1252) it reads “%(text)s”; as others: "
            "%(others)s. Name the right one with --encoding, or in the mapping."
        )
        % {"file": path, "text": passage(path, guess), "others": ", ".join(readings)}
    )


def doubts(path: Path, encoding: str) -> tuple[int, int]:
    """Return how many characters are improbable in this encoding, and how many are not ASCII."""
    found = foreign = 0
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        while text := file.read(PIECE):
            found += count_improbable(text)
            foreign += len(FOREIGN.findall(text))
    return found, foreign


def count_improbable(text: str) -> int:
    return len(_IMPROBABLE.findall(text))


def passage(path: Path, encoding: str, pattern: re.Pattern[str] = FOREIGN) -> str:
    """Return the words around the first match of `pattern`."""
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        while text := file.read(PIECE):
            if found := pattern.search(text):
                around = text[max(0, found.start() - SHOWN // 2) : found.start() + SHOWN // 2]
                cells = re.split(r"[\r\n;\t|]", around)
                return " ".join(next(cell for cell in cells if pattern.search(cell)).split())
    return ""


def known_encoding(name: str) -> str:
    """Return Python's name of the encoding, or "" if Python has no text encoding of this name. UTF-8 becomes
    "utf-8-sig"."""
    try:
        io.TextIOWrapper(io.BytesIO(), encoding=name).write("a")
    except (LookupError, ValueError):
        return ""
    usual = codecs.lookup(name).name
    return "utf-8-sig" if usual == "utf-8" else usual
