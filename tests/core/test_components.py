"""A component is rendered once for the same values, and never served for other values."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.template import Context, Template
from django.utils.safestring import mark_safe
from django.utils.translation import override

from core.templatetags.components import REMEMBERED, rendered


@pytest.fixture(autouse=True)
def _nothing_rendered() -> Iterator[None]:
    rendered.html.clear()
    yield
    rendered.html.clear()


def html(source: str, **values: object) -> str:
    """Compile the source with cotton's loader, as Django does with a component's tag."""
    return Template(source).render(Context(values))


ROW = "{% cotton result kind='project' :title='title' level='2' %}{{ foot }}{% endcotton %}"


def test_the_same_values_are_rendered_once() -> None:
    first = html(ROW, title="Sortera post")
    count = len(rendered.html)
    assert html(ROW, title="Sortera post") == first
    assert len(rendered.html) == count
    assert "Sortera post" in first


@pytest.mark.parametrize(
    "other",
    [{"title": "Sortera papper"}, {"title": "Sortera post", "foot": "Utkast"}, {"title": None}],
    ids=str,
)
def test_another_value_or_slot_gives_other_html(other: dict[str, object]) -> None:
    assert html(ROW, title="Sortera post") != html(ROW, **other)


def test_a_safe_string_and_an_unsafe_equal_one_are_cached_apart() -> None:
    markup = "<mark>post</mark>"
    assert "<mark>post</mark>" in html(ROW, title=mark_safe(markup))
    assert "&lt;mark&gt;post&lt;/mark&gt;" in html(ROW, title=markup)


def test_each_language_has_its_own_html() -> None:
    stage = "{% cotton stage-badge stage='in_use' /%}"
    with override("sv"):
        swedish = html(stage)
    with override("en"):
        assert html(stage) != swedish


class Everything(dict[str, str]):
    """A page context that has a value for every name."""

    def __contains__(self, name: object) -> bool:
        return name not in ("cotton_data", "True", "False", "None")

    def __getitem__(self, name: str) -> str:
        return "of the page"


@pytest.mark.parametrize("name", sorted(REMEMBERED))
def test_a_cached_component_reads_nothing_from_the_page_context(name: str) -> None:
    """Otherwise its HTML would be served to pages with another context."""
    source = f"{{% cotton {name} title='A' kind='project' name='clock' stage='in_use' href='/' /%}}"
    alone = html(source)
    rendered.html.clear()
    context = Context()
    context.dicts += [Everything(), {}]
    assert "of the page" not in Template(source).render(context)
    assert "of the page" not in alone


ROWS = "{% remember title count %}<p>{{ title }} {{ count }} {{ unsaid }}</p>{% endremember %}"


def test_a_part_is_rendered_once_for_its_named_values() -> None:
    template = Template(ROWS)
    first = template.render(Context({"title": "A", "count": 1, "unsaid": "first"}))
    assert template.render(Context({"title": "A", "count": 1, "unsaid": "later"})) == first
    assert template.render(Context({"title": "B", "count": 1, "unsaid": "later"})) == "<p>B 1 later</p>"


def test_a_part_with_a_value_that_is_not_plain_is_rendered_each_time() -> None:
    template = Template(ROWS)
    for word in ("first", "later"):
        html = template.render(Context({"title": object, "count": 1, "unsaid": word}))
        assert html.endswith(f"1 {word}</p>")
