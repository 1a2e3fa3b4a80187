"""Compares names of organisations: different spellings of one name get one key."""

from __future__ import annotations

import re
import unicodedata

from core.fields import scripts
from core.text import IMITATIONS, LOOK_ALIKES, without_invisible

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
# Names that end in s without a genitive: Borås, Bollnäs, Munkfors, Grums.
_OWN_S = re.compile(r"(?:[aeiouyåäöéáàœæø]|for|grum|ss)s$")


def shape(key: str) -> str:
    """Return a form of the key that is equal for keys that look alike.

    i, l and 1 are one character, so are o and 0, and rn and m. Blanks do not count, nor does "kommun" written together
    with the name.
    """
    joined = _at_a_glance(key.replace(" ", ""))
    return _JOINED.sub("", joined) or joined


def _at_a_glance(text: str) -> str:
    return text.translate(_GLANCE).replace("rn", "m").replace("vv", "w")


_GLANCE = str.maketrans("i10", "llo")
_INSTEAD = str.maketrans("345@$!|" + "€℮£∩" + "◯○〇●◎°˚•", "easasii" + "eeln" + "oooooooo")

# Words and parts of words in the names of public bodies. Not every "kommun" is one (kommunikation), and a network
# (nätverket), a craft or a metropolis is none. The pattern is matched against the `shape` of a name.
_SOUNDS_PUBLIC = re.compile(
    _at_a_glance(
        r"ko+m+u+n(?!ik)|kommuvdn|(?:\b|\w\w)region(?:en)?s?\b|regionforbund|landsting|lansstyrelse|myndighet"
        r"|domstol|departement|riksdag"
        r"|(?<!g)regering|(?<!o)polis|(?<!nat)(?<!hant)(?<!konst)(?<!sam)(?<!kraft)verkets?\b|\bstatens\b"
        r"|\w\w(?:styrelsen|inspektionen|forvaltningen)s?\b|(?:tings|hov|kammar|lans)ratt(?:en)?s?\b"
        r"|\b(?:council|municipality|county|agency|authority|ministry|police|court|government|parliament)s?\b"
        r"|\b(?:municipaliti|counti|agenci|authoriti|ministri)es\b"
        r"|forsakringskass|arbetsformedling|kronofogd|forsvarsmakt|kriminalvard|kustbevakning|lantmateri|aklagar"
        r"|riksbank|riksrevision|sameting|ombudsmannens?\b"
        r"|\b(?:eu|europeiska) ?(?:kommissionen|unionen)|europaparlament|european (?:commission|union)"
        r"|\b(?:gielda|suohkan|tjielte|municipal|gemeinde|gmina|belediye)"
    )
)
_UNIT = re.compile(
    _at_a_glance(r"enhet|avdelning|namnd|tjanst|kansli|kontoret|fullmaktige|stadshus|\bstad(?:en)?s?\b")
)


def sounds_public(name: str) -> bool:
    """Whether the name sounds like a public body's. The answer is wrong for a few names ("Kommunens pensionärer"). Such
    a name is not refused; it waits for staff."""
    return is_municipal(name) or any(_SOUNDS_PUBLIC.search(words) for words in _readings(name))


def names_a_unit(name: str) -> bool:
    """Whether the name contains a part of an administration: "Växjö AI-enhet"."""
    return any(_UNIT.search(words) for words in _readings(name))


def keys_within(name: str) -> set[str]:
    """The runs of at most eight words of the name. Each may be the key of another organisation."""
    words = folded(name).split()
    return {" ".join(words[at : at + length]) for at in range(len(words)) for length in range(1, 9)}


def is_unclear(name: str) -> bool:
    """Whether the name can be mistaken for another because of its characters: two alphabets, or one that only looks
    like the other. Every organisation is named in one alphabet, with the digits 0 to 9."""
    plain = unicodedata.normalize("NFKC", name)
    return (
        len(scripts("".join(sign for sign in plain if sign.isalpha()))) > 1
        or any(ord(sign) in IMITATIONS for sign in plain.casefold())
        or any(sign.isdecimal() and not sign.isascii() for sign in plain)
    )


def _readings(name: str) -> list[str]:
    """The shapes of the name: with punctuation between words, without punctuation ("Kom.mun"), with single letters
    joined ("K o m m u n"), and with digits and signs read as letters ("Komm|un")."""
    words = [folded(text) for text in (name, re.sub(r"[^\w\s]|_", "", name), name.translate(_INSTEAD))]
    words.append(re.sub(r"\b(\w) (?=\w\b)", r"\1", words[0]))
    return [_at_a_glance(one) for one in words]


def name_key(name: str, *, accents: bool = False) -> str:
    """Return the key by which names are compared.

    The key is in lower case, without accents (unless `accents`), punctuation and a trailing acronym. Legal forms, words
    for a municipality and its genitive s are dropped: "Växjö Kommun", "Vaxjo kommun" and "Municipality of Växjö" share
    a key. Names that only look the same share one too: with invisible characters, letters of another script, or
    "(official)" at the end. Where nothing is left, the key is the plain folded name.
    """
    plain = folded(_ACRONYM.sub("", name).strip() or name, accents=accents)
    plain = " ".join(_OFFICIAL.sub(" ", plain).split()) or plain
    bare = _ARTICLE.sub(" ", _COMPANY.sub(" ", _MUNICIPAL.sub(" ", plain)))
    words = bare.split() or plain.split()
    if words and _GENITIVE.search(plain) and not _OWN_S.search(words[-1]):
        words[-1] = words[-1].removesuffix("s")
    return " ".join(words)[:250]


def named_keys(name: str) -> list[str]:
    """Return keys of organisations that a longer name may contain: the text before and after a comma, a bracket, a dash
    or a slash, and the name of a municipality or a region among other words."""
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


def is_municipal(name: str) -> bool:
    """Whether the name says that it is a municipality's."""
    return _MUNICIPAL.search(folded(name)) is not None


def is_company(name: str) -> bool:
    """Whether the name contains a company's legal form."""
    return _COMPANY.search(folded(name)) is not None
