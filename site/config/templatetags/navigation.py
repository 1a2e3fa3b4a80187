from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def is_below(path: str, address: str) -> bool:
    """Whether the page at `path` belongs to the section at `address`: its address begins with the section's."""
    return bool(address) and path.startswith(address)
