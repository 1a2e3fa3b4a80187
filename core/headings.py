"""Adapts the levels of headings in user-written text to the page they stand on."""

from __future__ import annotations

import re

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

_HEADING = re.compile(r"<(/?)h[1-6]\b")
LOWEST = 6


def fit_headings(html: str, above: int) -> SafeString:
    """Return safe HTML with its headings below a heading of level `above`, without gaps. Other text is escaped."""
    written: list[int] = []

    def fitted(tag: re.Match[str]) -> str:
        level = int(tag[0][-1])
        if not tag[1]:
            while written and written[-1] >= level:
                written.pop()
            written.append(level)
        return f"<{tag[1]}h{min(above + len(written), LOWEST)}"

    return mark_safe(_HEADING.sub(fitted, conditional_escape(html)))  # noqa: S308 Only the number in a tag differs.
