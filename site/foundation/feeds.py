"""Atom feeds that stay valid XML whatever text was stored."""

from __future__ import annotations

from typing import Any

from django.utils.feedgenerator import Atom1Feed

from foundation.text import normalized


class AtomFeed(Atom1Feed):
    """Leaves out the characters that XML does not allow; Django's own feed raises an exception for them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.feed = _normalized_values(self.feed)

    def add_item(self, *args: Any, **kwargs: Any) -> None:
        super().add_item(*args, **kwargs)
        self.items[-1] = _normalized_values(self.items[-1])


def _normalized_values(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: normalized(value) if isinstance(value, str) else value for name, value in fields.items()}
