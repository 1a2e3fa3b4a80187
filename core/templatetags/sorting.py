from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template

from core.sorting import reader_language, sort_key

register = template.Library()


@register.filter
def in_order(terms: Iterable[Any]) -> list[Any]:
    """Sort terms or tags, prefetched or not, by their label in the reader's language."""
    language = reader_language()
    return sorted(terms, key=lambda term: sort_key(str(term), language))
