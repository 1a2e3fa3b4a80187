"""The system check reports an incomplete kind of subject, or the kind cannot be declared at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db.models import Model

from community.organisations.subject_types import ORGANISATION
from knowledge.subject_types import WORK
from subjects import types
from subjects.checks import every_kind_is_declared_whole
from subjects.search import SearchSort
from subjects.types import SubjectType

pytestmark = [pytest.mark.embedded]


@pytest.fixture(autouse=True)
def _others_are_whole() -> None:
    assert every_kind_is_declared_whole(None) == []


def found(monkeypatch: pytest.MonkeyPatch, declared: SubjectType) -> list[str]:
    monkeypatch.setitem(types._types, declared.code, declared)
    return [error.msg for error in every_kind_is_declared_whole(None)]


class WithoutTitle(Model):
    __str__ = Model.__str__

    class Meta:
        abstract = True


class WithoutAddress(Model):
    class Meta:
        abstract = True

    def __str__(self) -> str:
        return "Toy"


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"model": WithoutTitle}, "no row of its own in the table of subjects"),
        ({"model": WithoutTitle}, "no title"),
        ({"model": WithoutAddress}, "no address"),
        ({"label": ""}, "no label in the singular and the plural"),
        ({"label_plural": ""}, "no label in the singular and the plural"),
    ],
)
def test_a_missing_part_of_a_kind_is_reported(
    monkeypatch: pytest.MonkeyPatch, fields: dict[str, Any], fault: str
) -> None:
    faults = found(monkeypatch, replace(ORGANISATION, **fields))
    assert f"The kind of subject “organisation” has {fault}." in faults


def test_a_code_must_fit_its_column(monkeypatch: pytest.MonkeyPatch) -> None:
    code = "organisation-of-organisations"
    faults = found(
        monkeypatch, replace(ORGANISATION, code=code, urls=None, search=None, sitemap=None, api=None)
    )
    assert faults == [f"The kind of subject “{code}” has no code of at most 20 characters."]


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"label": ""}, "without a label"),
        ({"label_plural": ""}, "without a label"),
        ({"icon": "no-such-icon"}, "without an icon"),
    ],
)
def test_a_missing_part_of_a_record_kind_is_reported(
    monkeypatch: pytest.MonkeyPatch, fields: dict[str, Any], fault: str
) -> None:
    source = ORGANISATION.search
    assert source
    kinds = (replace(source.kinds[0], **fields),)
    faults = found(monkeypatch, replace(ORGANISATION, search=replace(source, kinds=kinds)))
    assert faults == [f"The kind of subject “organisation” has a kind of record, “organisation”, {fault}."]


def test_a_search_source_without_a_record_kind_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    source = ORGANISATION.search
    assert source
    faults = found(monkeypatch, replace(ORGANISATION, search=replace(source, kinds=())))
    assert faults == ["The kind of subject “organisation” has a search source without a kind of record."]


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"label": ""}, "“organisation_kind”, without a label"),
        ({"choices": None}, "“organisation_kind”, whose codes have no labels"),
    ],
)
def test_a_missing_part_of_a_facet_is_reported(
    monkeypatch: pytest.MonkeyPatch, fields: dict[str, Any], fault: str
) -> None:
    source = ORGANISATION.search
    assert source
    facets = (*source.facets[:-1], replace(source.facets[-1], **fields))
    faults = found(monkeypatch, replace(ORGANISATION, search=replace(source, facets=facets)))
    assert faults == [f"The kind of subject “organisation” has a facet, {fault}."]


def test_an_order_without_a_label_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    source = ORGANISATION.search
    assert source
    sorts = (SearchSort(code="soon", label="", field="starts"),)
    faults = found(monkeypatch, replace(ORGANISATION, search=replace(source, sorts=sorts)))
    assert faults == ["The kind of subject “organisation” has an order, “soon”, without a label."]


@pytest.mark.parametrize(
    ("field", "what"),
    [
        ("search", "kind of record"),
        ("sitemap", "sitemap"),
        ("urls", "path of its pages"),
        ("api", "address in the API"),
    ],
)
def test_a_name_shared_by_two_kinds_is_reported(
    monkeypatch: pytest.MonkeyPatch, field: str, what: str
) -> None:
    twin = replace(WORK, **{field: getattr(ORGANISATION, field)})
    assert [error for error in found(monkeypatch, twin) if f"the same {what}" in error]


@pytest.mark.parametrize("field", ["urls", "search", "sitemap", "feed", "api"])
def test_a_kind_with_an_unanswered_question_cannot_be_declared(field: str) -> None:
    """None counts as an answer."""
    given = {name: getattr(ORGANISATION, name) for name in ORGANISATION.__dataclass_fields__}
    assert SubjectType(**given | {field: None})
    del given[field]
    with pytest.raises(TypeError, match=field):
        SubjectType(**given)
