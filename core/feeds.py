"""Atom feeds (RFC 4287) that are valid whatever text was stored, and that a reader fetches only when they changed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape

from core.text import normalized

UNCHANGED = datetime(2000, 1, 1, tzinfo=UTC)
"""The date of a feed without entries: the same at each request, so that it counts as unchanged."""


class AtomFeed(Atom1Feed):
    """Adds what RFC 4287 requires and Django leaves to its caller: an author, and a date of change for each entry.

    Leaves out the characters that XML does not allow; Django's own feed raises an exception for them. A description is
    plain text, escaped because the feed declares it as HTML.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["author_name"] = kwargs.get("author_name") or settings.WAGTAIL_SITE_NAME
        super().__init__(*args, **kwargs)
        self.feed = _normalized_values(self.feed)

    def add_item(self, *args: Any, **kwargs: Any) -> None:
        super().add_item(*args, **kwargs)
        item = _normalized_values(self.items[-1])
        item["description"] = escape(item["description"])
        item["updateddate"] = item["updateddate"] or item["pubdate"] or UNCHANGED
        self.items[-1] = item

    def latest_post_date(self) -> datetime:
        return max((item["updateddate"] for item in self.items), default=UNCHANGED)


def _normalized_values(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: normalized(value) if isinstance(value, str) else value for name, value in fields.items()}
