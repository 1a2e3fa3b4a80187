"""How Elasticsearch analyses Swedish and English.

`sv` and `en` produce the stems of a text. `search.words` adds the parts of compounds and the concepts when a record is
written, so `ready` only splits at spaces. Elasticsearch's own decompounder is not used: it takes any word that it finds
inside another ("sökning" in "ansökning"). Its synonyms know only one language at a time. `plain` keeps words as they
are typed, without accents.
"""

from __future__ import annotations

from typing import Any

from search.words import stop_words

STEMMERS = {"sv": "swedish", "en": "porter2"}


def analysis() -> dict[str, Any]:
    """The `analysis` part of an index's settings."""
    filters: dict[str, Any] = {}
    for language, stemmer in STEMMERS.items():
        filters[f"{language}_stop"] = {"type": "stop", "stopwords": sorted(stop_words(language))}
        filters[f"{language}_stem"] = {"type": "stemmer", "language": stemmer}
    return {
        "filter": filters,
        "char_filter": {"dots": {"type": "mapping", "mappings": [". => \\u0020", "_ => \\u0020"]}},
        "analyzer": {
            "sv": _analyser("sv_stop", "sv_stem"),
            "en": _analyser("asciifolding", "en_stop", "en_stem"),
            "plain": _analyser("asciifolding"),
            "ready": {"type": "custom", "tokenizer": "whitespace"},
        },
    }


def _analyser(*filters: str) -> dict[str, Any]:
    return {
        "type": "custom",
        "char_filter": ["dots"],
        "tokenizer": "standard",
        "filter": ["lowercase", "apostrophe", *filters],
    }
