"""Headings in members' texts stand below those of the page and skip no level."""

from __future__ import annotations

import pytest
from django.utils.safestring import mark_safe

from core.headings import fit_headings


@pytest.mark.parametrize(
    ("html", "above", "fitted"),
    [
        ("<p>No heading</p>", 1, "<p>No heading</p>"),
        ("<h3>A</h3><h5>B</h5>", 1, "<h2>A</h2><h3>B</h3>"),
        ("<h5>A</h5><h3>B</h3><h4>C</h4>", 2, "<h3>A</h3><h3>B</h3><h4>C</h4>"),
        ('<h2 id="x">A</h2><h4>B</h4><h2>C</h2>', 2, '<h3 id="x">A</h3><h4>B</h4><h3>C</h3>'),
        ("<h2>A</h2><h3>B</h3><h4>C</h4><h5>D</h5>", 4, "<h5>A</h5><h6>B</h6><h6>C</h6><h6>D</h6>"),
        ("<hr><header>A</header>&lt;h1&gt;", 3, "<hr><header>A</header>&lt;h1&gt;"),
    ],
)
def test_headings_of_a_text_fit_below_those_of_the_page(html: str, above: int, fitted: str) -> None:
    assert fit_headings(mark_safe(html), above) == fitted
    assert fit_headings(mark_safe(fitted), above) == fitted


def test_text_that_is_not_marked_safe_is_escaped() -> None:
    assert fit_headings("<h1><script>", 1) == "&lt;h1&gt;&lt;script&gt;"
