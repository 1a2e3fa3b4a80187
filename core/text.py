"""Normalises text from outside. Every form, the admin, the API, imports and mail pass it through `normalized`."""

from __future__ import annotations

import re
import unicodedata

# Unicode's stream-safe form allows this many in a row. Sorting an endless row takes quadratic time.
MOST_MARKS = 30

_BREAKS = dict.fromkeys(map(ord, "\v\f\x85\u2028\u2029"), "\n")
_DROPPED = dict.fromkeys(
    [
        *(code for code in range(0x20) if chr(code) not in "\t\n\v\f"),
        *(code for code in range(0x7F, 0xA0) if code != 0x85),
        *range(0xD800, 0xE000),  # Halves of a surrogate pair.
        *range(0xFDD0, 0xFDF0),  # Noncharacters; XML refuses the last two.
        0xFFFE,
        0xFFFF,
    ]
)
_CONTROLS = {**_DROPPED, **_BREAKS}
_MARK = "".join(map(re.escape, filter(unicodedata.combining, map(chr, range(0x300, 0x1F000)))))
_EXCESS_MARKS = re.compile(f"([{_MARK}]{{{MOST_MARKS}}})[{_MARK}]+")
_TAGS = re.compile(r"(<[^<>]*>)")

# Characters that take no space although Unicode calls them letters, marks or symbols: fillers, joiners, variation
# selectors, blank Braille. Format characters, such as the soft hyphen, are found by their category, Cf.
_FILLERS = {0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2800, 0x3164, 0xFFA0}
_SELECTORS = {*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}
_FORMAT = {
    code for code in (*range(0x20000), *range(0xE0000, 0xE0080)) if unicodedata.category(chr(code)) == "Cf"
}
_INVISIBLE = dict.fromkeys(_FILLERS | _SELECTORS | _FORMAT)


def normalized(text: str) -> str:
    """The text in Unicode's composed form (NFC), with LF as its line break and no control character except the tab. A
    second call changes nothing. Time is linear in the length."""
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS)
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _EXCESS_MARKS.sub(r"\1", text))


def normalized_html(html: str) -> str:
    """The same for the text between tags: U+0338 after a tag would otherwise merge with its ">" into "≯"."""
    return "".join(part if part.startswith("<") else normalized(part) for part in _TAGS.split(html))


def without_invisible(text: str) -> str:
    """The text without invisible characters, such as zero-width spaces and soft hyphens."""
    return text if text.isascii() else text.translate(_INVISIBLE)


# Letters of alphabets that whole words are written in, each with the small Latin letter that it or its capital looks
# like (В, Н, Ρ).
ALPHABETS = str.maketrans(
    "авекмнорстухіјѕԁԛԝӏһүѵαβγεζηικμνορτυχϲϳօսոհɡı", "abekmhopctyxijsdqwlhyvabyezhikmvoptuxcjounhgi"
)
# A Latin letter with a stroke or a hook, a small capital, or a letter in a sign: its Unicode name contains the letter.
_VARIANT = re.compile(
    r"LATIN (?:SMALL |CAPITAL |)LETTER (?:SMALL CAPITAL |SCRIPT |DOTLESS |BARRED |LONG )?([A-Z])(?: WITH .+)?$"
    r"|REGIONAL INDICATOR SYMBOL LETTER ([A-Z])$"
)
_VARIANT_SIGNS = (*range(0xC0, 0x2B0), *range(0x1D00, 0x1D80), *range(0x2C60, 0x2C80), *range(0xA720, 0xAB70))
_LETTERS_IN_SIGNS = range(0x1F150, 0x1F200)


def _variants() -> dict[int, str]:
    """The variants that Unicode does not decompose itself, as it does å and ș."""
    found = {}
    for code in (*_VARIANT_SIGNS, *_LETTERS_IN_SIGNS):
        letter = _VARIANT.search(unicodedata.name(chr(code), ""))
        if letter and not unicodedata.decomposition(chr(code)):
            found[code] = (letter[1] or letter[2]).lower()
    return found


_VARIANTS = _variants()
_STROKES = {code: letter for code, letter in _VARIANTS.items() if code < 0x180}
IMITATIONS = {code: letter for code, letter in _VARIANTS.items() if code >= 0x180} | str.maketrans(
    "ĸɑɩɛ" + "ᎠᎡᎢᎥᎩᎪᎫᎬᎳᎷᎻᏀᏂᏃᏆᏋᏏᏒᏔᏙᏚᏞᏟᏢᏦᏧᏩᏮᏳᏴᎤᏫᏌᏁ" + "ꓐꓑꓓꓔꓖꓗꓙꓚꓜꓝꓟꓠꓡꓢꓣꓥꓦꓧꓨꓪꓫꓬꓮꓰꓲꓳꓴ" + "ⲁⲃⲉⲍⲏⲓⲕⲙⲛⲟⲣⲥⲧⲩⲭⲱ"
    "ʊƅǀꟾᴑʘꬽꬲ" + "ᗩᗷᑕᗪᕮᖴᘜᕼᓰᒍᒪᗰᑎᓍᑭᖇᔕᖶᑌᐯᗯ᙭",
    "kaie" + "drtiyajewmhghziebrwvslcpkdgbgbooun" + "bpdtgkjczfmnlsravhgwxyaeiou" + "abezhikmnopctyxw"
    "ublioooe" + "abcdefghijlmnoprstuvwx",
)
"""Characters that look like a Latin letter and that no name of an organisation here needs: small capitals (ᴋ), ɑ, ƙ, ĸ,
ǀ, letters in boxes, and letters of Cherokee, Lisu, Coptic and Canadian syllabics, in which a whole word can look
Latin."""
LOOK_ALIKES = _STROKES | ALPHABETS | IMITATIONS
"""Lower-case character that looks like a Latin letter → that letter in lower case. ø, đ and ł stand in real names: they
are folded for comparison, and never refused."""


def one_line(text: str) -> str:
    """A name or title: `normalized`, without invisible characters, with every run of blanks made one space."""
    return " ".join(without_invisible(normalized(text)).split())


def has_visible_sign(text: str) -> bool:
    """Whether the text has a letter, a digit, a punctuation mark or a symbol that takes space."""
    return any(unicodedata.category(sign)[0] in "LNPS" for sign in without_invisible(text))
