"""How Elasticsearch reads Swedish and English.

`sv` and `en` give the stems of a text. The parts of compounds and the concepts come from
`search.words` when a record is written, and needs no more than division at spaces (`ready`): Elasticsearch's own
decompounder takes any word it finds inside another ("sökning" in "ansökning"), and its synonyms know one language at
a time. `plain` gives words as they are typed, without accents.
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
