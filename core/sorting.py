"""The order of names: as in a Swedish dictionary, or an English one for English labels, on every database.

PostgreSQL has both orders as ICU collations. SQLite gets collations of the same names, made here for each connection.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache, partial
from typing import Any

from django.db.backends.signals import connection_created
from django.db.models import F
from django.db.models.functions import Collate
from django.dispatch import receiver
from django.utils.translation import get_language

COLLATIONS = {"sv": "sv-x-icu", "en": "en-x-icu"}

# Swedish sorts these after z, in this order; Danish and Norwegian letters stand with the Swedish ones they sound like.
_AFTER_Z = {"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}", "ü": "y"}


def by_name(field: str = "name") -> Collate:
    """For `order_by`: names of organisations, members, places and tags, in Swedish order in every language."""
    return Collate(F(field), COLLATIONS["sv"])


def by_label(path: str = "") -> Collate:
    """For `order_by`: terms by their label in the reader's language. `path` leads to the term: "area__"."""
    language = reader_language()
    return Collate(F(f"{path}label_{language}"), COLLATIONS[language])


def reader_language() -> str:
    return "en" if (get_language() or "").startswith("en") else "sv"


@lru_cache(maxsize=10_000)
def sort_key(text: str, language: str = "sv") -> tuple[tuple[tuple[int, str], ...], str]:
    """Return a key for `sorted`, and for SQLite: blanks and punctuation first, then digits, then letters without
    accents. Equal texts are ordered by their accents, then lower case before upper case."""
    letters = unicodedata.normalize("NFC", text).casefold()
    if language == "sv":
        letters = "".join(_AFTER_Z.get(sign, sign) for sign in letters)
    plain = (sign for sign in unicodedata.normalize("NFKD", letters) if not unicodedata.combining(sign))
    return tuple((_rank(sign), sign) for sign in plain), text.swapcase()


def _rank(sign: str) -> int:
    return 2 if sign.isalpha() or sign in "{|}" else 1 if sign.isdigit() else 0


def _compare(language: str, one: str, other: str) -> int:
    before, after = sort_key(one, language), sort_key(other, language)
    return (before > after) - (before < after)


@receiver(connection_created)
def add_collations(sender: type, connection: Any, **kwargs: Any) -> None:
    if connection.vendor == "sqlite":
        for language, name in COLLATIONS.items():
            connection.connection.create_collation(name, partial(_compare, language))
