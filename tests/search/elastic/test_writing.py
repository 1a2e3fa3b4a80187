from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import pytest
from elasticsearch import Elasticsearch

from core.audience import PUBLIC
from core.records import SearchRecord
from search.backends import NeverFilled
from search.elastic import lifecycle
from search.elastic.backend import ElasticBackend
from search.requests import SearchRequest
from tests.search.records import record

from .conftest import PREFIX

english = partial(record, language="en")


pytestmark = [pytest.mark.elastic, pytest.mark.django_db]

Fill = Callable[..., ElasticBackend]


def found(backend: ElasticBackend) -> set[str]:
    backend.refresh()
    page = backend.search(SearchRequest(size=100))
    return {hit.text.title for hit in page.hits}


def test_written_records_are_found_and_deleted_ones_are_not(filled: Fill) -> None:
    gone, kept = english("Gone"), english("Kept")
    backend = filled(gone)
    backend.write([kept])
    backend.delete("project", [gone.id, 999_999])
    assert found(backend) == {"Kept"}
    assert backend.ids("project") == {kept.id}
    assert backend.ids("guide") == set()


def test_an_older_write_never_overwrites_a_newer_one(filled: Fill) -> None:
    backend = filled()
    now = time.time_ns()
    backend.write([english("Newer", id=1)], as_of=now + 2)
    backend.write([english("Older", id=1)], as_of=now + 1)
    assert found(backend) == {"Newer"}


def test_a_late_write_does_not_restore_a_deleted_record(filled: Fill) -> None:
    record = english("Withdrawn")
    backend = filled(record)
    now = time.time_ns()
    backend.delete("project", [record.id], as_of=now + 2)
    backend.write([record], as_of=now + 1)
    assert found(backend) == set()


def test_an_index_that_was_never_filled_answers_nothing(backend: ElasticBackend) -> None:
    for _ in range(2):
        with pytest.raises(NeverFilled):
            backend.search(SearchRequest())
        with pytest.raises(NeverFilled):
            backend.suggest("a", "sv", frozenset({PUBLIC}))
        backend.write([english("Alone")])
    backend.replace([[english("One"), english("Two")]])
    assert found(backend) == {"One", "Two"}


def test_a_rebuild_does_not_disturb_readers_and_writers(filled: Fill, server: Elasticsearch) -> None:
    old, withdrawn = english("Old"), english("Withdrawn")
    backend = filled(old, withdrawn)
    seen: list[set[str]] = []

    def chunks() -> Iterator[Sequence[SearchRecord]]:
        read_before = [old, withdrawn]
        seen.append(found(backend))
        backend.write([english("Written meanwhile"), english("Changed meanwhile", id=old.id)])
        backend.delete("project", [withdrawn.id])
        seen.append(found(backend))
        yield read_before
        yield [english("From the rooms")]
        seen.append(found(backend))

    assert backend.replace(chunks()) == 3
    now = {"Written meanwhile", "Changed meanwhile"}
    assert seen == [{"Old", "Withdrawn"}, now, now]
    assert found(backend) == {*now, "From the rooms"}
    assert len(server.indices.get(index=f"{PREFIX}_v*")) == 1


def test_an_interrupted_rebuild_leaves_the_old_index_in_use(filled: Fill, server: Elasticsearch) -> None:
    backend = filled(english("Old"))

    def breaks_off() -> Iterator[Sequence[SearchRecord]]:
        yield [english("Half")]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        backend.replace(breaks_off())
    backend.write([english("Written after")])
    assert found(backend) == {"Old", "Written after"}
    backend.replace([[english("Whole")]])
    assert found(backend) == {"Whole"}
    assert len(server.indices.get(index=f"{PREFIX}_v*")) == 1


def test_an_index_of_another_version_is_kept_until_ours_is_filled(
    filled: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = filled(english("Old making"))
    monkeypatch.setattr(lifecycle, "version", lambda: "other")
    after = ElasticBackend()
    with pytest.raises(NeverFilled):
        after.search(SearchRequest())
    assert found(before) == {"Old making"}
    after.replace([[english("New making")]])
    assert found(after) == {"New making"}
    with pytest.raises(NeverFilled):
        before.search(SearchRequest())
