"""What a published cell says, as plain text that is safe to show and to export again."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime

LEFT_OUT = "[address left out]"
EARLIEST_YEAR = 1950
SHORTEST_SENTENCE = 25

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]\w{1,31});")
_UNSEEN = re.compile(r"<!--.*?-->|<(script|style)\b[^<>]*>.*?</\1\s*>|<!doctype[^<>]*>", re.I | re.S)
_BREAK = re.compile(r"<(?:br|hr)\s*/?>|</(?:p|div|li|tr|h[1-6]|ul|ol|table|blockquote)\s*>", re.I)
# Only names HTML knows: "<name of the city>" and "<value< EUR 1 million" are words.
_TAG = re.compile(
    r"</?(?:a|abbr|article|audio|b|big|blockquote|body|br|button|center|cite|code|col|dd|del|div|dl|dt|em|embed|font|"
    r"footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|label|li|link|main|meta|nav|object|ol|option|p|pre|"
    r"s|script|section|select|small|source|span|strike|strong|style|sub|sup|svg|table|tbody|td|textarea|tfoot|th|thead|"
    r"title|tr|tt|u|ul|video)(?:\s[^<>]*)?/?>",
    re.I,
)
_ADDRESS = re.compile(
    r"(?<![\w.+%'’-])(?:mailto:)?[\w.+%'’-]++(?:\s?[@＠]\s?|\s*[\[(]\s*(?:at|snabel-?a|@)\s*[\])]\s*)"
    r"[\w-]+(?:(?:\.|\s*[\[(]\s*(?:dot|punkt|\.)\s*[\])]\s*)[\w-]+)+",
    re.I,
)
_LINK = re.compile(r'=\s*HYPERLINK\(\s*"[^"]*"\s*[,;]\s*"([^"]*)"\s*\)', re.I)
_SENTENCE_END = re.compile(r"[.!?…][\"”’)\]]*(?=\s+[\"“‘(\[]?[^\W_a-z])|\n")
_ABBREVIATED = re.compile(
    r"(?:^|[\s(])(?:\w|(?:\w\.)+\w|e\.?g|i\.?e|etc|approx|ca|cf|dr|mr|mrs|ms|no|nr|pop|st|vs|inc|ltd)$", re.I
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")

_FORMAT = [0xAD, 0x180E, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF]
_DROPPED = dict.fromkeys(
    [
        *(code for code in range(0x20) if chr(code) not in "\t\n\v\f\r"),
        *range(0x7F, 0xA0),
        *_FORMAT,
        *range(0xD800, 0xE000),
        *range(0xFDD0, 0xFDF0),
        *range(0xFFF9, 0xFFFC),
        0xFFFE,
        0xFFFF,
        *range(0xE0000, 0xE0080),
    ]
)
_BREAKING = dict.fromkeys(map(ord, "\v\f\u2028\u2029"), "\n")
_CONTROLS = {**_DROPPED, **_BREAKING}

# Letters of other scripts that cannot be told from Latin ones in an id.
_LOOK_ALIKES = str.maketrans("авекмнорстухіјѕԁԛԝαβεζηικμνορτυχ", "abekmhopctyxijsdqwabezhikmvoptux")


def clean(raw: str) -> str:
    """The words of a cell: mark-up, control characters and e-mail addresses gone, formulas as text, one blank line at
    most between paragraphs, Unicode composed. Line breaks stay."""
    text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), raw) if "&" in raw else raw
    if "<" in text:
        text = _TAG.sub("", _BREAK.sub("\n", _UNSEEN.sub(" ", text)))
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS)
    lines = (" ".join(line.split()) for line in unicodedata.normalize("NFC", text).split("\n"))
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    if "@" in text or "＠" in text or "[" in text or "(" in text:
        text = _ADDRESS.sub(LEFT_OUT, text)
    return unformulated(text)


def unformulated(text: str) -> str:
    """No spreadsheet takes the text for a formula: a link shows its words, a leading sign goes, a hyphen is a dash."""
    if link := _LINK.fullmatch(text):
        text = link[1].strip()
    text = text.lstrip("=+@＝＋＠ \t")
    return "–" + text[1:] if text[:1] in ("-", "－") else text


def clean_id(raw: str) -> str:
    """A record's own id as published, without what cannot be seen."""
    text = " ".join(raw.translate(_CONTROLS).split())
    link = _LINK.fullmatch(text)
    return link[1] if link else text


def id_key(record_id: str) -> str:
    """What look-alike ids share: case, width, blanks, invisible characters, dashes and foreign twins of letters."""
    folded = unicodedata.normalize("NFKC", record_id).casefold()
    kept = (c for c in folded if unicodedata.category(c) not in ("Cf", "Cc", "Cs", "Mn") and not c.isspace())
    dashed = ("-" if unicodedata.category(c) == "Pd" or c == "−" else c for c in kept)
    return "".join(dashed).translate(_LOOK_ALIKES)


def label_key(label: str) -> str:
    """How published labels are compared: case, repeated blanks and a final full stop do not count."""
    return " ".join(label.casefold().split()).rstrip(". ")


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, cut between words, with an ellipsis."""
    if len(text) <= limit:
        return text
    short = text[: limit - 1]
    space = short.rfind(" ")
    return (short[:space] if space > limit // 2 else short).rstrip(" ,;:–-") + "…"


def first_sentence(text: str) -> str:
    """The first sentence, or as many as say something; the whole text where none ends."""
    text = re.sub(r"^(?:purpose|description|background|summary)\s*:\s*", "", text, flags=re.I)
    for end in _SENTENCE_END.finditer(text):
        sentence = text[: end.end()].strip()
        if len(sentence) >= SHORTEST_SENTENCE and not _ABBREVIATED.search(text[: end.start()]):
            return sentence
    return text


def find_date(text: str, formats: Iterable[str]) -> date | None:
    """The first format that fits; "year" finds a year anywhere and means its first day. None before 1950."""
    for form in formats:
        found: date | None = None
        if form == "year":
            year = _YEAR.search(text)
            found = date(int(year[0]), 1, 1) if year else None
        else:
            try:
                found = datetime.strptime(text, form).replace(tzinfo=UTC).date()
            except ValueError:
                continue
        if found and found.year >= EARLIEST_YEAR:
            return found
    return None
