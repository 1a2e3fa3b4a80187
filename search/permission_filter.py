"""Filters results by what a reader may see now, as the subjects' own tables say.

A task updates an index after a change, and an answer may come from the cache. Permissions must not lag behind like
these, so all results are filtered here before they are shown, whichever backend found them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from django.conf import settings
from django.db.models import Value

from search.results import Hit, Match, SearchPage, Suggestion
from search.sources import sources


class Shown(NamedTuple):
    """A record in the language of its shown words, or "" where none of its words are shown."""

    kind: str
    id: int
    language: str


def page_seen(page: SearchPage, viewer: frozenset[str]) -> SearchPage:
    hits = hits_seen(page.hits, viewer)
    return replace(page, hits=tuple(hits), total=page.total - len(page.hits) + len(hits))


def hits_seen(hits: Iterable[Hit], viewer: frozenset[str]) -> list[Hit]:
    pairs = [(hit, Shown(hit.record.kind, hit.record.id, hit.language)) for hit in hits]
    seen = seen_now((shown for _, shown in pairs), viewer)
    return [hit for hit, shown in pairs if shown in seen]


def suggestions_seen(suggestions: Iterable[Suggestion], viewer: frozenset[str]) -> list[Suggestion]:
    pairs = [(one, Shown(one.kind, one.id, one.language)) for one in suggestions]
    seen = seen_now((shown for _, shown in pairs), viewer)
    return [one for one, shown in pairs if shown in seen]


def matches_seen(matches: Iterable[Match], viewer: frozenset[str]) -> list[Match]:
    """The matches whose organisation and evidence the viewer may see."""
    pairs = [
        (
            match,
            {
                Shown("organisation", match.organisation_id, ""),
                Shown(match.evidence.kind, match.evidence.id, match.language),
            },
        )
        for match in matches
    ]
    seen = seen_now((shown for _, both in pairs for shown in both), viewer)
    return [match for match, both in pairs if both <= seen]


def is_subject_seen(kind: str, pk: int, viewer: frozenset[str]) -> bool:
    """Whether the viewer may see the object in any language."""
    languages = ("", *(code for code, _name in settings.LANGUAGES))
    return bool(seen_now([Shown(kind, pk, language) for language in languages], viewer))


def seen_now(shown: Iterable[Shown], viewer: frozenset[str]) -> set[Shown]:
    """Those of them that exist, are published in that language, and that the viewer may see. One query."""
    source_of = {kind.code: searched for searched in sources() for kind in searched.source.kinds}
    asked = [one for one in shown if one.kind in source_of]
    ids: dict[str, set[int]] = {}
    for one in asked:
        ids.setdefault(source_of[one.kind].name, set()).add(one.id)
    rows = [
        searched.source.published()
        .filter(pk__in=ids[searched.name], subject__audience__meets=viewer)
        .order_by()
        .values_list(Value(searched.name), "pk", "read_in")
        for searched in sources()
        if searched.name in ids
    ]
    seen = set(rows[0].union(*rows[1:], all=True)) if rows else set()

    def is_seen(one: Shown) -> bool:
        name = source_of[one.kind].name
        return not seen.isdisjoint({(name, one.id, one.language), (name, one.id, "")})

    return {one for one in asked if is_seen(one)}
