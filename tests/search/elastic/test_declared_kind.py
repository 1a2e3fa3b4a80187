"""Both backends find, filter and sort by the facets and orders that a kind of subject declares."""

from __future__ import annotations

import pytest

from search.database.backend import DatabaseBackend
from search.elastic.backend import ElasticBackend
from search.requests import SearchRequest
from search.sources import source_named
from tests.subjects.making import make_toy

pytestmark = [pytest.mark.elastic, pytest.mark.django_db]


def test_both_backends_agree_on_a_facet_and_an_order_that_one_kind_declares(backend: ElasticBackend) -> None:
    toys = [make_toy(f"Painted toy {n}", ("wood", "tin")[n % 2], day=9 - n) for n in range(5)]
    records = source_named("toy").records([toy.pk for toy in toys])
    both = (DatabaseBackend(), backend)
    for one in both:
        one.replace([records])
    for request in (
        SearchRequest(text="painted"),
        SearchRequest(filters={"material": ("wood",)}),
        SearchRequest(sort="soonest", language="en"),
        SearchRequest(text="painted", sort="soonest", filters={"kind": ("toy",)}),
    ):
        pages = [one.search(request) for one in both]
        assert pages[0].total == pages[1].total > 0
        assert pages[0].facets == pages[1].facets
        assert {facet.name for facet in pages[0].facets} == {"kind", "material"}
        keys = [[hit.record.key for hit in page.hits] for page in pages]
        assert set(keys[0]) == set(keys[1])
        if request.sort == "soonest":
            assert keys[0] == keys[1] == [f"toy:{toy.pk}" for toy in reversed(toys)]
