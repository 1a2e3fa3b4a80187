"""How an organisation's name is compared: the same body, however it is spelled."""

from __future__ import annotations

import re
import unicodedata

from foundation.text import LOOK_ALIKES, without_invisible

_MUNICIPAL = re.compile(
    r"^(?:city|municipality|town|comune|commune|ville|ayuntamiento|ajuntament|stadt) (?:of|di|de|del|d)\b"
    r"|\b(?:kommun|kommunen|kommune|stad|municipality|gemeente|kunta|kaupunki|city council)\b",
)
_JOINED = re.compile(r"s?kommun(?:en)?$")
_GENITIVE = re.compile(r"s (?:kommun|kommunen|kommune|stad)\b")
_COMPANY = re.compile(r"\b(?:ab|as|aps|oy|oyj|gmbh|ltd|limited|inc|plc|bv|nv|sa|srl|spa)\b")
_OFFICIAL = re.compile(r"\b(?:officiell|officiella|officiellt|official|officially|verifierad|verified)\b")
_ARTICLE = re.compile(r"\bthe\b")
_ACRONYM = re.compile(r"\((?=\w{0,9}[A-ZÅÄÖ]\w{0,9}[A-ZÅÄÖ])[\w&]{2,10}\)\s*$")
_PARTS = re.compile(r"[,;:/()|]|(?<=\s)[-–—](?=\s)")
_BEFORE_NAME = frozenset(("kommunen", "staden"))
_AFTER_NAME = frozenset(("kommun", "kommuns", "stad", "stads", "municipality"))
# What ends in s by itself, so that no genitive is taken from it: Borås, Bollnäs, Munkfors, Grums.
_OWN_S = re.compile(r"(?:[aeiouyåäöéáàœæø]|for|grum|ss)s$")


def name_key(name: str, *, accents: bool = False) -> str:
    """Lower case, accents off (unless `accents`), punctuation and a trailing acronym gone, legal forms and words for a
    municipality dropped, its genitive s too: "Växjö Kommun", "Vaxjo kommun", "Municipality of Växjö" share a key.
    So do names that only look the same: with invisible signs, letters of another script, or "(official)" behind.
    Falls back to the plain folding when nothing is left."""
    plain = folded(_ACRONYM.sub("", name).strip() or name, accents=accents)
    plain = " ".join(_OFFICIAL.sub(" ", plain).split()) or plain
    bare = _ARTICLE.sub(" ", _COMPANY.sub(" ", _MUNICIPAL.sub(" ", plain)))
    words = bare.split() or plain.split()
    if words and _GENITIVE.search(plain) and not _OWN_S.search(words[-1]):
        words[-1] = words[-1].removesuffix("s")
    return " ".join(words)[:250]


def named_keys(name: str) -> list[str]:
    """Keys of the bodies that a longer name may name: what stands before and after a comma, a bracket, a dash or a
    slash, and a municipality's or a region's name among other words."""
    parts = [part for part in _PARTS.split(name) if part.strip()]
    keys = [name_key(part) for part in parts] if len(parts) > 1 else []
    words = folded(name).split()
    for at, word in enumerate(words):
        if word in _BEFORE_NAME:
            keys += [name_key(" ".join(words[at + 1 : at + 1 + length]) + " kommun") for length in (2, 1)]
        if word in _AFTER_NAME:
            nominative = [*words[max(at - 2, 0) : at], word.removesuffix("s")]
            keys += [name_key(" ".join(nominative[-length:])) for length in (3, 2) if at]
        if word == "region":
            keys.append(name_key(" ".join(words[at : at + 2])))
    whole = name_key(name)
    return [key for key in dict.fromkeys(keys) if key and key != whole]


def folded(name: str, *, accents: bool = False) -> str:
    visible = without_invisible(name).casefold().replace("&", " ")
    decomposed = unicodedata.normalize("NFKC" if accents else "NFKD", visible)
    letters = "".join(c for c in decomposed if not unicodedata.combining(c)).casefold().translate(LOOK_ALIKES)
    return " ".join(re.sub(r"[^\w\s]|_", " ", letters).split())


def shape(key: str) -> str:
    """What a key looks like at a glance: i, l and 1 are one sign, so are o and 0, rn and m; blanks do not count, nor
    does "kommun" written together with the name."""
    joined = key.replace(" ", "").translate(str.maketrans("i10", "llo")).replace("rn", "m").replace("vv", "w")
    return _JOINED.sub("", joined) or joined


def is_municipal(name: str) -> bool:
    """Does the name say that it is a municipality's?"""
    return _MUNICIPAL.search(folded(name)) is not None


def is_company(name: str) -> bool:
    """Does the name carry a company's legal form?"""
    return _COMPANY.search(folded(name)) is not None
