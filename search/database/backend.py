"""The embedded backend: search in the site's own database, SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from time import perf_counter, time_ns

from django.db import transaction

from core.records import DATES, SearchRecord, Text, to_data
from search.database.fulltext import ALL, FullText, Weights, fulltext, rows_of
from search.database.models import Entry, EntryFacet
from search.database.querysets import EntryQuerySet
from search.facets import build_facets
from search.highlights import hit_of
from search.matching import Evidence, likeness, matches, record_tokens
from search.overlap import informativeness
from search.requests import MatchRequest, SearchRequest, SimilarRequest
from search.results import Hit, Match, SearchPage, Suggestion
from search.significance import Weighted, rarity, significant, weighted_texts
from search.sources import BY_DATE, facet_codes, facets, kinds_that, sorts
from search.words import Term, fold, query_terms, words

CHUNK = 500
COVER = 0.75
LEAST_COVER = 0.34
AHEAD = 0.3
CANDIDATES = 150
# A name is short, so it scores too high for every word in it.
NAME = 0.6
SUGGESTIONS = 6

OFFERED = Weights(title=0, summary=0, keywords=0, offers=1, seeks=0, body=0)
SOUGHT = Weights(title=0, summary=0, keywords=0, offers=0, seeks=1, body=0)
DONE = Weights(title=2, summary=1.5, keywords=1, offers=2, seeks=0, body=1)


class DatabaseBackend:
    """Implements `search.backends.SearchBackend`."""

    name = "database"

    @property
    def fulltext(self) -> FullText:
        return fulltext()

    # -- writing

    def write(self, records: Iterable[SearchRecord], as_of: int | None = None) -> None:
        read = as_of or time_ns()
        chunk: list[SearchRecord] = []
        for record in records:
            chunk.append(record)
            if len(chunk) == CHUNK:
                self._write(chunk, read)
                chunk = []
        if chunk:
            self._write(chunk, read)

    @transaction.atomic
    def _write(self, records: Sequence[SearchRecord], as_of: int) -> None:
        later = self._numbers(records, Entry.objects.filter(as_of__gt=as_of))
        latest = list({record.key: record for record in records if record.key not in later}.values())
        Entry.objects.bulk_create(
            [
                Entry(
                    kind=record.kind,
                    object_id=record.id,
                    organisation_id=record.organisation_id,
                    audience=record.audience,
                    dated=record.dated,
                    **{name: getattr(record, name) for name in DATES},
                    record=to_data(record),
                    as_of=as_of,
                )
                for record in latest
            ],
            update_conflicts=True,
            unique_fields=["kind", "object_id"],
            update_fields=["organisation_id", "audience", "dated", *DATES, "record", "as_of"],
        )
        numbers = self._numbers(latest, Entry.objects.all())
        EntryFacet.objects.filter(entry__in=numbers.values()).delete()
        EntryFacet.objects.bulk_create(
            [
                EntryFacet(entry_id=numbers[record.key], field=field, code=code[:60])
                for record in latest
                for field, codes in facet_codes(record).items()
                for code in dict.fromkeys(codes)
            ],
            batch_size=2000,
        )
        self.fulltext.delete(numbers.values())
        self.fulltext.write(row for record in latest for row in rows_of(numbers[record.key], record))

    def _numbers(self, records: Sequence[SearchRecord], entries: EntryQuerySet) -> dict[str, int]:
        """Record key → entry id, for the records among the entries."""
        by_kind: dict[str, list[int]] = {}
        for record in records:
            by_kind.setdefault(record.kind, []).append(record.id)
        numbers: dict[str, int] = {}
        for kind, ids in by_kind.items():
            numbers |= entries.filter(kind=kind, object_id__in=ids).keys()
        return numbers

    @transaction.atomic
    def delete(self, kind: str, ids: Iterable[int], as_of: int | None = None) -> None:
        entries = list(Entry.objects.filter(kind=kind, object_id__in=list(ids)).values_list("pk", flat=True))
        self._delete(entries)

    def _delete(self, entries: Sequence[int]) -> None:
        for start in range(0, len(entries), CHUNK):
            some = entries[start : start + CHUNK]
            self.fulltext.delete(some)
            EntryFacet.objects.filter(entry__in=some)._raw_delete("default")
            Entry.objects.filter(pk__in=some).delete()

    def replace(self, chunks: Iterable[Sequence[SearchRecord]]) -> int:
        before = Entry.objects.all().keys()
        kept: set[str] = set()
        for chunk in chunks:
            self.write(chunk)
            kept.update(record.key for record in chunk)
        gone = [pk for key, pk in before.items() if key not in kept]
        with transaction.atomic():
            self._delete(gone)
        return len(kept)

    def refresh(self) -> None:
        """Do nothing: written records are found at once."""

    def ids(self, kind: str) -> set[int]:
        return set(Entry.objects.filter(kind=kind).values_list("object_id", flat=True))

    def count(self) -> int:
        return Entry.objects.count()

    # -- searching

    def search(self, request: SearchRequest) -> SearchPage:
        started = perf_counter()
        terms = query_terms(request.text, request.language)
        scores = self._scores(terms, request.language) if terms else {} if request.text else None
        visible = Entry.objects.visible_to(request.viewer)
        if scores is not None:
            visible = visible.among(scores)
        order = sorts().get(request.sort)
        if scores is None or order:
            seen = list(visible.sorted_by(order or BY_DATE).values_list("pk", flat=True))
        else:
            of_kind = dict(visible.values_list("pk", "kind").iterator())
            names = kinds_that("is_name")
            scores = {pk: score * (NAME if of_kind.get(pk) in names else 1.0) for pk, score in scores.items()}
            seen = sorted(of_kind, key=lambda pk: (-scores[pk], -pk))
        held = Entry.objects.among(seen).holding(dict(request.filters)) if request.filters else {}
        chosen = _all_of(seen, held)
        window = chosen[request.offset : request.offset + request.size]
        records = Entry.objects.filter(pk__in=window).records()
        hits = tuple(
            hit_of(records[pk], scores[pk] if scores else 0.0, terms, request.language) for pk in window
        )
        return SearchPage(
            total=len(chosen),
            hits=hits,
            facets=build_facets(self._counts(seen, held), request),
            page=request.page,
            size=request.size,
            backend=self.name,
            took_ms=round((perf_counter() - started) * 1000, 1),
        )

    def _scores(self, terms: Sequence[Term], language: str) -> dict[int, float]:
        """Entry → score, for entries that hold enough of the query. An entry that holds all of it comes well before the
        others. In Swedish, entries with the very words come before those, mostly English, with the same concepts."""
        found = self.fulltext.find(terms)
        scores = {one.entry: one.score * one.cover**COVER for one in found if one.cover >= LEAST_COVER}
        first = AHEAD * max(scores.values(), default=0.0)
        if language == "sv":
            for one in found:
                if one.literal and one.entry in scores:
                    scores[one.entry] += first
        return scores

    def _counts(self, seen: Sequence[int], held: Mapping[str, set[int]]) -> dict[str, dict[str, int]]:
        """Count every facet over the entries that the other facets leave."""
        sets: dict[tuple[str, ...], Sequence[int]] = {
            tuple(name for name in facets() if name not in held): _all_of(seen, held)
        }
        for name in held:
            sets[(name,)] = _all_of(seen, {other: ids for other, ids in held.items() if other != name})
        return Entry.objects.facet_counts({names: ids for names, ids in sets.items() if names})

    # -- what is alike

    def similar(self, request: SimilarRequest) -> list[Hit]:
        subject = self._subject(request.kind, request.id, request.viewer)
        if subject is None:
            return []
        entry, record = subject
        found = self._alike(weighted_texts(record), ALL, entry)
        candidates = self._records(found, request.viewer, request.kinds)
        said = self._rarity(record)
        scored = [
            (found[pk] * (1 + likeness(record, other, said)), pk)
            for pk, other in candidates.items()
            if pk != entry
        ]
        best = sorted(scored, key=lambda pair: (-pair[0], pair[1]))[: request.size]
        return [hit_of(candidates[pk], score, (), request.language) for score, pk in best]

    def match(self, request: MatchRequest) -> list[Match]:
        entry = 0
        if request.kind:
            subject = self._subject(request.kind, request.id, request.viewer)
            if subject is None:
                return []
            entry, record = subject
        elif request.text:
            record = SearchRecord(
                kind="",
                id=0,
                texts={request.language: Text(title="", seeks=request.text)},
                language=request.language,
                audience=frozenset(),
            )
        else:
            return []
        seeks = [(language, text.seeks, 1.0) for language, text in record.texts.items() if text.seeks]
        offers = [(language, text.offers, 1.0) for language, text in record.texts.items() if text.offers]
        offered = self._alike(seeks, OFFERED)
        done = self._alike(seeks, DONE)
        sought = self._alike(offers, SOUGHT)
        problem = self._alike(weighted_texts(record), ALL, entry)
        together = {
            pk: offered.get(pk, 0.0) + done.get(pk, 0.0) + sought.get(pk, 0.0) + problem.get(pk, 0.0)
            for pk in {*offered, *done, *sought, *problem}
        }
        evidence = [
            Evidence(
                other,
                seeks_offers=max(offered.get(pk, 0.0), 0.7 * done.get(pk, 0.0)),
                offers_seeks=sought.get(pk, 0.0),
                problem=problem.get(pk, 0.0),
            )
            for pk, other in self._records(together, request.viewer, kinds_that("is_evidence")).items()
            if pk != entry
        ]
        return matches(
            record,
            evidence,
            rarity=self._rarity(record),
            informativeness=informativeness(
                self.fulltext.frequencies(record_tokens(record, request.language)), self.fulltext.size()
            ),
            language=request.language,
            size=request.size,
        )

    def _subject(self, kind: str, object_id: int, viewer: frozenset[str]) -> tuple[int, SearchRecord] | None:
        return next(iter(Entry.objects.of(kind, object_id).visible_to(viewer).records().items()), None)

    def _alike(self, weighted: Weighted, weights: Weights, entry: int = 0) -> dict[int, float]:
        """Entry → how well it answers to the significant words of these texts. 1 means as well as `entry` itself, or as
        well as the best where there is no `entry`."""
        texts = list(weighted)
        if not texts:
            return {}
        terms = significant(texts, self.fulltext.frequencies, self.fulltext.size())
        found = {one.entry: one for one in self.fulltext.find(terms, weights)}
        own = found.pop(entry, None)
        if not found:
            return {}
        if own:
            return {pk: min(one.score / own.score, 1.0) for pk, one in found.items()}
        answers = {pk: one.score * one.cover**COVER for pk, one in found.items()}
        most = max(answers.values())
        return {pk: answer / most for pk, answer in answers.items()}

    def _records(
        self, scores: Mapping[int, float], viewer: frozenset[str], kinds: Sequence[str]
    ) -> dict[int, SearchRecord]:
        """The best records of these kinds that the viewer may see."""
        visible = Entry.objects.among(scores).visible_to(viewer).filter(kind__in=kinds)
        best = sorted(visible.values_list("pk", flat=True), key=lambda pk: (-scores[pk], pk))[:CANDIDATES]
        return Entry.objects.filter(pk__in=best).records()

    def _rarity(self, record: SearchRecord) -> dict[str, float]:
        """How rare each of the record's areas and technologies is."""
        codes = {"area": record.areas, "technology": record.technologies}
        asked = {name: list(of) for name, of in codes.items() if of}
        if not asked:
            return {}
        return rarity(Entry.objects.facet_sizes(asked), self.count())

    # -- suggesting

    def suggest(self, text: str, language: str, viewer: frozenset[str]) -> list[Suggestion]:
        typed = [word.form for word in words(text)][:8]
        if not typed:
            return []
        terms = query_terms(" ".join(typed[:-1]), language) if len(typed) > 1 else ()
        entries = self.fulltext.begins(terms, fold(typed[-1]), SUGGESTIONS * 4)
        records = Entry.objects.filter(pk__in=entries).visible_to(viewer).records()
        suggestions = []
        for record in (records[pk] for pk in entries if pk in records):
            shown = record.shown_in(language)
            suggestions.append(
                Suggestion(record.texts[shown].title, record.kind, record.url(language), shown, record.id)
            )
        return list({one.text: one for one in suggestions}.values())[:SUGGESTIONS]


def _all_of(seen: Sequence[int], held: Mapping[str, set[int]]) -> Sequence[int]:
    if not held:
        return seen
    common = set.intersection(*held.values())
    return [pk for pk in seen if pk in common]
