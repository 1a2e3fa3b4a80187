from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from community.inventories.models import ImportedRecord
from core.records import SearchRecord
from search.backends import BackendUnavailable, SearchBackend, backend_named
from search.indexing import reconcile
from search.requests import MAX_SIZE, MatchRequest, SearchRequest, SimilarRequest
from search.sources import record_kinds

SIZE = 20
MOST_PAGES = 5


class Unanswerable(Exception):
    """A line that cannot be answered; the message says why."""


class Command(BaseCommand):
    help = (
        "Answer a file of queries and write the published ids of what was found, best first, for judging. What "
        "was not published in an inventory has no such id and is left out. Lines are "
        '{"id", "query", "lang"}, {"id", "similar_to": RECORD_ID}, {"id", "partners_for": RECORD_ID} or '
        '{"id", "partners_text"}; answers are {"id", "ranked": [RECORD_ID, …]}.'
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("queries", help="a JSONL file; - for standard input")
        parser.add_argument("--backend", default="database", choices=["database", "elastic"])

    def handle(self, *args: Any, queries: str, backend: str, **options: Any) -> None:
        try:
            asked = backend_named(backend)
        except LookupError:
            raise CommandError(f"The search backend “{backend}” is not set up here.") from None
        try:
            reconcile(asked)
            asked.refresh()
        except BackendUnavailable as error:
            raise CommandError(f"{backend} does not answer: {error}") from error
        for number, line in enumerate(_lines(queries), 1):
            if not line.strip():
                continue
            try:
                name, ranked = answer(asked, line)
            except Unanswerable as problem:
                self.stderr.write(f"Line {number} is left out: {problem}")
                continue
            except BackendUnavailable as error:
                raise CommandError(f"{backend} does not answer: {error}") from error
            self.stdout.write(json.dumps({"id": name, "ranked": ranked}, ensure_ascii=False))


def _lines(path: str) -> Iterator[str]:
    if path == "-":
        yield from sys.stdin
        return
    try:
        text = Path(path).read_bytes().decode("utf-8-sig", errors="replace")
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    yield from text.splitlines()


def answer(backend: SearchBackend, line: str) -> tuple[Any, list[str]]:
    """Return (the query's id, published record ids best first), with the same requests as the pages."""
    try:
        query = json.loads(line)
    except ValueError as error:
        raise Unanswerable(f"it is not JSON ({error})") from error
    if not isinstance(query, dict) or "id" not in query:
        raise Unanswerable("it has no “id”")
    language = str(query.get("lang") or "sv")
    if "query" in query:
        found = list(
            _hits(backend, SearchRequest(text=str(query["query"]), language=language, size=MAX_SIZE))
        )
    elif "similar_to" in query:
        kind, object_id = subject(query["similar_to"])
        hits = backend.similar(SimilarRequest(kind=kind, id=object_id, language=language, size=MAX_SIZE))
        found = [hit.record for hit in hits]
    elif "partners_for" in query:
        kind, object_id = subject(query["partners_for"])
        matches = backend.match(MatchRequest(kind=kind, id=object_id, language=language, size=MAX_SIZE))
        found = [match.evidence for match in matches]
    elif "partners_text" in query:
        text = str(query["partners_text"])
        matches = backend.match(MatchRequest(text=text, language=language, size=MAX_SIZE))
        found = [match.evidence for match in matches]
    else:
        raise Unanswerable("it asks for none of query, similar_to, partners_for and partners_text")
    return query["id"], [record.record_id for record in found if record.record_id][:SIZE]


def _hits(backend: SearchBackend, request: SearchRequest) -> Iterator[SearchRecord]:
    """Yield hits, page by page, until there are enough published records."""
    published = 0
    while published < SIZE:
        page = backend.search(request)
        for hit in page.hits:
            published += bool(hit.record.record_id)
            yield hit.record
        if request.page >= min(page.pages, MOST_PAGES):
            return
        request = replace(request, page=request.page + 1)


def subject(record_id: object) -> tuple[str, int]:
    """(kind, id) of a published record id, or of a key such as "project:7"."""
    text = str(record_id)
    imported = ImportedRecord.objects.filter(record_id=text).order_by("pk").first()
    if imported:
        return "project", imported.project_id
    kind, _, number = text.partition(":")
    if kind in record_kinds() and number.isdecimal():
        return kind, int(number)
    raise Unanswerable(f"there is no record “{text}”")
