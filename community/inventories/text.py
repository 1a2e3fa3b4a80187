"""Turns published cells into plain text that is safe to show and to export again."""

from __future__ import annotations

import hashlib
import html
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from core.text import ALPHABETS, normalized


class DateText(str):
    """A cell that holds a date, in ISO 8601. It is read without the mapping's `dates`."""

    __slots__ = ()


LEFT_OUT = "[address left out]"
EARLIEST_YEAR = 1950
SHORTEST_SENTENCE = 25
LONGEST_ABBREVIATION = 24
LONGEST_MADE_ID = 120
BETWEEN_IDS = " · "

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]\w{1,31});")
_HIDDEN = re.compile(r"<!--|<(script|style)\b[^<>]*>|<!doctype[^<>]*>", re.I)
# Only names of HTML elements: "<name of the city>" and "<value< EUR 1 million" are words.
_TAG = re.compile(
    r"<(/?)(a|abbr|article|audio|b|big|blockquote|body|br|button|center|cite|code|col|dd|del|div|dl|dt|em|embed|font|"
    r"footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|label|li|link|main|meta|nav|object|ol|option|p|pre|"
    r"s|script|section|select|small|source|span|strike|strong|style|sub|sup|svg|table|tbody|td|textarea|tfoot|th|thead|"
    r"title|tr|tt|u|ul|video)(\s[^<>]*)?/?>",
    re.I,
)
_VOID = frozenset("br col embed hr img input link meta source".split())
_BREAKING_TAGS = frozenset("p div li tr h1 h2 h3 h4 h5 h6 ul ol table blockquote".split())
_ENDS_BY_ITSELF = frozenset("body dd dt head html li option p tbody td tfoot th thead tr".split())
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
_PROGRAM_ERROR = re.compile(
    r"#[¡¿]?[^\W\d_a-zà-ÿ][^\Wa-zà-ÿ/]*(?:[/ ][^\Wa-zà-ÿ]+)*[!?]|#N/[ADV]|#GETTING_DATA|Err:\d{3}"
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")

# Direction marks and zero-width characters that change no word in any script.
_FORMAT = dict.fromkeys(
    [
        *(0xAD, 0x180E, 0x200B, 0x200E, 0x200F, 0xFEFF),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
        *range(0xFFF9, 0xFFFC),
        *range(0xE0000, 0xE0080),
    ]
)


def clean(raw: str) -> str:
    """Return the text of a cell in composed Unicode (NFC).

    Mark-up and control characters are removed, e-mail addresses are replaced by `LEFT_OUT`, and formulas become text.
    Line breaks stay, with at most one blank line between paragraphs.
    """
    text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), raw) if "&" in raw else raw
    if "<" in text:
        text = without_markup(without_hidden(text))
    if not text.isascii():
        text = text.translate(_FORMAT)
    lines = (" ".join(line.split()) for line in normalized(text).split("\n"))
    text = "\n".join(lines).strip()
    if "\n\n\n" in text:
        text = re.sub(r"\n{3,}", "\n\n", text)
    if "@" in text or "＠" in text or "[" in text or "(" in text:
        text = _ADDRESS.sub(LEFT_OUT, text)
    return unformulated(text)


def without_hidden(text: str) -> str:
    """Return the text without HTML comments, scripts, styles and doctypes. One that has no end stays.

    Takes linear time: after the end of one kind was not found, it is not searched for again.
    """
    kept, at = [], 0
    endless: set[str] = set()
    while found := _HIDDEN.search(text, at):
        name = (found[1] or found[0][:4]).casefold()
        end = found.end()
        if found[1] or name == "<!--":
            closing = None
            if name not in endless:
                closing = re.compile(f"</{name}\\s*>" if found[1] else "-->", re.I).search(text, end)
            if closing is None:
                endless.add(name)
                kept.append(text[at:end])
                at = end
                continue
            end = closing.end()
        kept += [text[at : found.start()], " "]
        at = end
    return "".join([*kept, text[at:]])


def without_markup(text: str) -> str:
    """Return the text without HTML tags; the end of a block becomes a line break.

    Words in angle brackets stay: "x<a och y>b", "the <table> tag". A tag is removed only if

    - the text also has its start or end tag, or it has an attribute with a value, or its kind has no end tag (`_VOID`);
    - it begins a line or follows another tag, and its kind may omit the end tag (`_ENDS_BY_ITSELF`);
    - it is an end tag that ends a line or precedes another tag;
    - its kind may omit the end tag, and the text has another tag that is removed.
    """
    tags = list(_TAG.finditer(text))
    opened = {tag[2].casefold() for tag in tags if not tag[1]}
    paired = opened & {tag[2].casefold() for tag in tags if tag[1]}

    def is_proper(tag: re.Match[str]) -> bool:
        name = tag[2].casefold()
        before, after = text[tag.start() - 1 : tag.start()], text[tag.end() : tag.end() + 1]
        return (
            name in _VOID
            or name in paired
            or "=" in (tag[3] or "")
            or (name in _ENDS_BY_ITSELF and before in ("", "\n", "\r", ">"))
            or (tag[1] != "" and after in ("", "\n", "\r", "<"))
        )

    is_html = any(map(is_proper, tags))

    def replaced(tag: re.Match[str]) -> str:
        name = tag[2].casefold()
        if not is_proper(tag) and not (is_html and name in _ENDS_BY_ITSELF):
            return tag[0]
        ends = name in ("br", "hr") or (name in _BREAKING_TAGS and (tag[1] or name not in paired))
        return "\n" if ends else ""

    return _TAG.sub(replaced, text)


def is_program_error(text: str) -> bool:
    """Return whether the text is an error value of a spreadsheet program, in any language: "#N/A", "#SAKNAS!"."""
    return text[:1] in ("#", "E") and _PROGRAM_ERROR.fullmatch(text) is not None


def unformulated(text: str) -> str:
    """Return the text in a form that no spreadsheet program takes for a formula.

    A HYPERLINK formula becomes its words, leading "=", "+" and "@" are removed, and a leading hyphen becomes a dash.
    """
    if link := _LINK.fullmatch(text):
        text = link[1].strip()
    text = text.lstrip("=+@＝＋＠ \t")
    return "–" + text[1:] if text[:1] in ("-", "－") else text


def clean_id(raw: str) -> str:
    """Return a record's published id without invisible characters. A HYPERLINK formula becomes its words."""
    text = " ".join(normalized(raw.translate(_FORMAT)).split())
    link = _LINK.fullmatch(text)
    return link[1] if link else text


def made_id(values: Sequence[str]) -> str:
    """Return an id made of several cells. Two records share it only if all their cells are equal.

    An id that is long, or whose cells contain the separator, is cut and ends with a hash of all cells.
    """
    text = BETWEEN_IDS.join(values)
    if len(text) <= LONGEST_MADE_ID and not any(BETWEEN_IDS.strip() in value for value in values):
        return text
    folded = json.dumps([id_key(value) for value in values]).encode()
    return f"{cut(text, LONGEST_MADE_ID)} {hashlib.sha256(folded).hexdigest()[:20]}"


def id_key(record_id: str) -> str:
    """Return the form in which ids are compared.

    Case, width, blanks and invisible characters do not count. All dashes are equal, and so are letters of different
    alphabets that look the same.
    """
    folded = unicodedata.normalize("NFKC", record_id).casefold()
    kept = (c for c in folded if unicodedata.category(c) not in ("Cf", "Cc", "Cs", "Mn") and not c.isspace())
    dashed = ("-" if unicodedata.category(c) == "Pd" or c == "−" else c for c in kept)
    return "".join(dashed).translate(ALPHABETS)


def label_key(label: str) -> str:
    """Return the form in which labels are compared: without case, repeated blanks and a final full stop."""
    return " ".join(label.casefold().split()).rstrip(". ")


def cut(text: str, limit: int) -> str:
    """Return at most `limit` characters. A longer text is cut between words if possible and ends with an ellipsis."""
    if len(text) <= limit:
        return text
    short = text[: limit - 1]
    space = short.rfind(" ")
    return (short[:space] if space > limit // 2 else short).rstrip(" ,;:–-") + "…"


def first_sentence(text: str) -> str:
    """Return the first sentence, with the next ones while it is shorter than `SHORTEST_SENTENCE`. Returns the whole
    text if no sentence ends."""
    text = re.sub(r"^(?:purpose|description|background|summary)\s*:\s*", "", text, flags=re.I)
    for end in _SENTENCE_END.finditer(text):
        # Search only the last word. A search from the beginning for each sentence would take quadratic time.
        word = text[max(0, end.start() - LONGEST_ABBREVIATION) : end.start()]
        if end.end() >= SHORTEST_SENTENCE and not _ABBREVIATED.search(word):
            return text[: end.end()].strip()
    return text


def find_date(text: str, formats: Iterable[str]) -> date | None:
    """Return the date by the first format that fits, or None.

    The format "year" finds a year anywhere in the text and returns its first day. Dates before 1950 are ignored. A
    `DateText` needs no format.
    """
    for form in ["date"] if isinstance(text, DateText) else formats:
        found: date | None = None
        if form == "year":
            year = _YEAR.search(text)
            found = date(int(year[0]), 1, 1) if year else None
        else:
            try:
                found = (
                    date.fromisoformat(text[:10])
                    if form == "date"
                    else datetime.strptime(text, form).replace(tzinfo=UTC).date()
                )
            except ValueError:
                continue
        if found and found.year >= EARLIEST_YEAR:
            return found
    return None
