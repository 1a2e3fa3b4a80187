"""The document of a record: `to_data(record)` unchanged, and beside it the analysed words.

The annotations of the fields below are read at runtime, so this module must not postpone them.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from elasticsearch.dsl import Document, Flattened, InnerDoc, Keyword, Long, MetaField, Text, mapped_field

from core.records import SearchRecord, to_data
from search import words
from search.elastic.analysis import analysis
from search.sources import kinds_that

SECTIONS = ("title", "summary", "keywords", "offers", "seeks", "body")
ADDED = ("concepts", "parts", "dated")

# The number of times a word stands in a section says little here: records are short, and their lengths differ much.
SIMILARITY = {"type": "BM25", "k1": 0.9, "b": 0.3}

# Tombstones outlive a rebuild, so that a record deleted meanwhile does not come back with an older write.
TOMBSTONES = "1h"


def _title(language: str) -> Text:
    beginnings = Text(analyzer="plain", index_prefixes={"min_chars": 1, "max_chars": 10}, norms=False)
    return Text(analyzer=language, fields={"plain": beginnings})


class Swedish(InnerDoc):
    title: str = mapped_field(_title("sv"))
    summary: str | None = mapped_field(Text(analyzer="sv"))
    body: str | None = mapped_field(Text(analyzer="sv"))
    offers: str | None = mapped_field(Text(analyzer="sv"))
    seeks: str | None = mapped_field(Text(analyzer="sv"))


class English(InnerDoc):
    title: str = mapped_field(_title("en"))
    summary: str | None = mapped_field(Text(analyzer="en"))
    body: str | None = mapped_field(Text(analyzer="en"))
    offers: str | None = mapped_field(Text(analyzer="en"))
    seeks: str | None = mapped_field(Text(analyzer="en"))


class Texts(InnerDoc):
    sv: Swedish | None
    en: English | None


class Keywords(InnerDoc):
    sv: list[str] = mapped_field(Text(analyzer="sv"))
    en: list[str] = mapped_field(Text(analyzer="en"))


def _tokens_field() -> Text:
    return Text(analyzer="ready", copy_to="all_tokens")


class Meanings(InnerDoc):
    """Tokens of `search.words` for each section, of all languages together."""

    title: str | None = mapped_field(_tokens_field())
    summary: str | None = mapped_field(_tokens_field())
    keywords: str | None = mapped_field(_tokens_field())
    offers: str | None = mapped_field(_tokens_field())
    seeks: str | None = mapped_field(_tokens_field())
    body: str | None = mapped_field(_tokens_field())


class Entry(Document):
    kind: str = mapped_field(Keyword())
    id: int = mapped_field(Long())
    texts: Texts
    keywords: Keywords | None
    audience: list[str] = mapped_field(Keyword())
    record_id: str | None = mapped_field(Keyword(copy_to=["keywords.sv", "keywords.en"]))
    areas: list[str] = mapped_field(Keyword())
    technologies: list[str] = mapped_field(Keyword())
    themes: list[str] = mapped_field(Keyword())
    stage: str | None = mapped_field(Keyword())
    country: str | None = mapped_field(Keyword())
    places: list[str] = mapped_field(Keyword())
    organisation_id: int | None = mapped_field(Long())
    organisation_ids: list[int] = mapped_field(Long())
    organisation_name: str | None = mapped_field(
        Text(analyzer="plain", copy_to=["keywords.sv", "keywords.en"])
    )
    organisation_kind: str | None = mapped_field(Keyword())
    dated: datetime | None
    starts: datetime | None
    ends: datetime | None
    deadline: datetime | None
    confirmed: datetime | None
    # Codes of facets that only some kinds have, so that a new facet needs no new field.
    more: dict[str, list[str]] | None = mapped_field(Flattened())
    concepts: Meanings | None
    parts: Meanings | None
    # The tokens of both, to count the records that contain a token.
    all_tokens: str | None = mapped_field(Text(analyzer="ready", index_options="docs", norms=False))

    class Meta:
        # Fields that are only shown: stored, not indexed.
        dynamic = MetaField("false")
        # Fields that are only searched: not stored.
        source = MetaField(excludes=list(ADDED))

    class Index:
        name = "entries"
        settings = {
            "number_of_shards": 1,
            "auto_expand_replicas": "0-1",
            "gc_deletes": TOMBSTONES,
            "similarity": {"default": SIMILARITY},
            "analysis": analysis(),
        }


@cache
def version() -> str:
    """A version that changes with everything a document is made by: the mapping, the analysis, and `search.words`."""
    digest = sha256(
        json.dumps([Entry._doc_type.mapping.to_dict(), Entry.Index.settings], sort_keys=True).encode()
    )
    for path in sorted(Path(words.__file__).parent.iterdir()):
        if path.suffix in (".py", ".txt"):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


def source(record: SearchRecord) -> dict[str, Any]:
    """The document of a record, as JSON data."""
    concepts: dict[str, str] = {}
    parts: dict[str, str] = {}
    for section in SECTIONS:
        tokens = list(_tokens(record, section))
        concepts[section] = " ".join(token for token in tokens if token.startswith("_"))
        parts[section] = " ".join(token for token in tokens if not token.startswith("_"))
    return {
        **to_data(record),
        "dated": record.dated.isoformat() if record.dated else None,
        "concepts": concepts,
        "parts": parts,
    }


def _tokens(record: SearchRecord, section: str) -> Iterator[str]:
    if section == "keywords":
        for language, known in record.keywords.items():
            yield from words.index_tokens(" . ".join(known), language)
        yield from words.index_names(record.organisation_name, record.language)
    elif section == "title" and record.kind in kinds_that("is_name"):
        for language, text in record.texts.items():
            yield from words.index_names(text.title, language)
    else:
        for language, text in record.texts.items():
            yield from words.index_tokens(getattr(text, section), language)
