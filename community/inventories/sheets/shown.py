"""Formats typed cells as a spreadsheet program shows them, by their number format. Dates stay dates in any format."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from openpyxl.styles.numbers import is_date_format, is_timedelta_format
from openpyxl.utils.datetime import WINDOWS_EPOCH, from_excel

from community.inventories.sheets.book import Cell

LONGEST_FORMAT = 255
"""Longest number format, in characters. A longer one is ignored: the time to parse it grows faster than its length."""
TRUE, FALSE = "TRUE", "FALSE"

# Colours in brackets, "_x" (a blank as wide as x) and "*x" (a filler) show nothing.
_SILENT = re.compile(r"\[[^\]]*\]|[_*].")
_LITERAL = re.compile(r'"([^"]*)"|\\(.)')
_PLACES = re.compile(r"[#0?,]*[#0?](?:\.[#0?]*)?|\.[#0?]+")
# Conditions, exponents and fractions are rare. Their numbers are formatted as "General".
_OTHER = re.compile(r"\[[<>=]|[eE][+-]|General|[#0?]\s*/")
_FIRST_LITERAL = 0xE000


def shown(number: str, form: str, epoch: datetime = WINDOWS_EPOCH) -> Cell:
    """Return the cell of a stored number with the number format `form`."""
    if len(form) > LONGEST_FORMAT:
        return plain(number)
    if form and form != "General" and is_date_format(form):
        return shown_date(number, form, epoch) or plain(number)
    sections = sections_of(form) if form and form not in ("General", "@") else ()
    if not sections:
        return plain(number)
    try:
        value = Decimal(number)
    except InvalidOperation:
        return number
    if value < 0 and len(sections) > 1:
        return sections[1].apply(-value)
    return sections[2 if value == 0 and len(sections) > 2 else 0].apply(value)


def shown_date(number: str, form: str, epoch: datetime) -> Cell | None:
    try:
        found = from_excel(float(number), epoch, timedelta=is_timedelta_format(form))
    except (OverflowError, ValueError):
        return None
    if isinstance(found, timedelta):
        minutes = int(found.total_seconds()) // 60
        return f"{minutes // 60}:{minutes % 60:02}"
    return as_date(found) if isinstance(found, datetime | date) else found.isoformat()


def as_date(found: datetime | date) -> Cell:
    """Return a date cell, without the time of day if that is midnight."""
    if isinstance(found, datetime) and found.time() == time.min:
        found = found.date()
    return {"date": found.isoformat()}


def plain(number: str) -> str:
    """Format a number as "General" does: without exponent and final zeros, decimals to 15 significant digits."""
    try:
        value = Decimal(number)
        if not value.is_finite() or abs(value.adjusted()) > 30:
            return number
        if value == value.to_integral_value():
            return f"{value:.0f}"
        digits = f"{Decimal(f'{value:.15g}'):f}"
    except InvalidOperation:
        return number
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


class Section:
    """One section of a number format, such as `"AI-"0000`, `000-000` or `0.0%`: literal texts, with places for digits
    between them. Thousands separators are left out."""

    def __init__(self, literals: list[str], places: list[str]) -> None:
        self.literals = literals
        *whole, last = places or [""]
        last, _point, decimals = last.partition(".")
        groups = [re.sub("[^#0?]", "", group) for group in (*whole, last)]
        self.lengths = list(map(len, groups))
        self.digits = sum(group.count("0") + group.count("?") for group in groups)
        self.most, self.fewest = len(decimals), decimals.count("0")
        self.percent = "".join(literals).count("%")

    def apply(self, value: Decimal) -> str:
        if len(self.literals) == 1:
            return self.literals[0]
        try:
            value = value.scaleb(2 * self.percent).quantize(Decimal(1).scaleb(-self.most), ROUND_HALF_UP)
        except InvalidOperation:
            return str(value)
        whole, _point, decimals = f"{abs(value):f}".partition(".")
        decimals = decimals[: self.fewest] + decimals[self.fewest :].rstrip("0")
        digits = whole.lstrip("0").rjust(self.digits, "0")
        text = self.literals[-1]
        if decimals:
            text = "." + decimals + text
        # From the right, each group takes as many digits as it has places; the first takes the rest.
        for literal, length in zip(self.literals[-2:0:-1], self.lengths[:0:-1], strict=True):
            digits, group = digits[:-length], digits[-length:]
            text = (literal if digits else "") + group + text
        return (
            ("-" if value < 0 else "") + self.literals[0] + (digits or "0" * (len(self.lengths) == 1)) + text
        )


@lru_cache(maxsize=512)
def sections_of(form: str) -> tuple[Section, ...]:
    """Parse a number format. Returns its sections for positive numbers, negative ones and zero, as far as it has them,
    or () if the number is formatted as "General"."""
    if _OTHER.search(form):
        return ()
    literals: list[str] = []

    # Each literal is replaced by one private-use character, so that its text is not taken for places or separators.
    def put_aside(literal: re.Match[str]) -> str:
        literals.append(literal[1] if literal[1] is not None else literal[2])
        return chr(_FIRST_LITERAL + len(literals) - 1)

    def restore_places(text: str) -> str:
        return re.sub(
            f"[{chr(_FIRST_LITERAL)}-\uf8ff]", lambda sign: literals[ord(sign[0]) - _FIRST_LITERAL], text
        )

    sections = _SILENT.sub("", _LITERAL.sub(put_aside, form)).split(";")
    return tuple(
        Section(list(map(restore_places, _PLACES.split(each))), _PLACES.findall(each)) for each in sections
    )
