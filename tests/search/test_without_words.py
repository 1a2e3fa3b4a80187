"""On both backends, a query without a word finds nothing, and invisible characters do not affect matches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse

from search.backends import SearchBackend
from search.database.backend import DatabaseBackend
from search.elastic.backend import ElasticBackend
from search.requests import SearchRequest
from tests.factories import OrganisationFactory
from tests.search.records import record
from tests.support.cases import read_case

pytestmark = pytest.mark.django_db

WITHOUT_WORDS = ["🤖", "*", "((", "…", "\u0301", "-- _", "\u200b\u2060*"]


@pytest.fixture(params=["database", pytest.param("elastic", marks=pytest.mark.elastic)])
def backend(request: pytest.FixtureRequest, settings: Any) -> Iterator[SearchBackend]:
    if request.param == "database":
        yield DatabaseBackend()
        return
    settings.ELASTICSEARCH_PREFIX = f"{django_settings.ELASTICSEARCH_PREFIX}-without-words"
    made = ElasticBackend()
    yield made
    for index in made._writing.indices.get(index=f"{settings.ELASTICSEARCH_PREFIX}*"):
        made._writing.indices.delete(index=index)


@pytest.mark.parametrize("text", [*WITHOUT_WORDS, "x" * 300])
def test_a_query_without_a_known_word_finds_nothing(backend: SearchBackend, text: str) -> None:
    backend.replace([[record("Chattbot", id=1), record("Läcksökning", id=2)]])
    page = backend.search(SearchRequest(text=text))
    assert (page.total, page.hits) == (0, ())
    assert backend.search(SearchRequest()).total == 2, "an empty query finds everything"


def test_invisible_characters_do_not_affect_matches(backend: SearchBackend) -> None:
    stored, typed = read_case("15-nfd.txt").splitlines()
    asked = typed.removeprefix("sök: ")
    backend.replace(
        [[record(stored, id=1), record("Läck\xadsök\u200bning i skolan", id=2), record("Annat", id=3)]]
    )
    for text in (asked, "la\u0308cksökning", "läck\u00adsökning", "läck\u200bsökning"):
        found = backend.search(SearchRequest(text=text))
        assert {hit.record.id for hit in found.hits} == {1, 2}, ascii(text)
    assert "\xad" not in "".join(hit.record.text("sv").title for hit in found.hits)


@pytest.mark.parametrize("text", WITHOUT_WORDS)
def test_the_page_asks_for_a_word(client: Client, settings: Any, text: str) -> None:
    settings.SEARCH_BACKENDS = ["search.database.backend.DatabaseBackend"]
    DatabaseBackend().write([record("Chattbot")])
    page = client.get(reverse("search:search"), {"q": text}).text
    assert "Skriv ett ord" in page
    assert "Chattbot" not in page


@pytest.mark.parametrize("text", WITHOUT_WORDS)
def test_organisations_are_not_found_by_punctuation(client: Client, text: str) -> None:
    OrganisationFactory(name="Föreningen Lyktan (* ((")
    for address, name in (("organisations:list", "q"), ("organisations:names", "organisation")):
        assert "Lyktan" not in client.get(reverse(address), {name: text}).text
