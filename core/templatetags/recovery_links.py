"""Links to continue from a page that is hidden or does not exist. They depend on the request alone, so that both cases
look the same."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

register = template.Library()

WORD = re.compile(r"[^\W\d_]{2,}")
MOST_WORDS = 8


@register.simple_tag(takes_context=True)
def recovery_links(context: dict[str, Any]) -> dict[str, str]:
    """Return `words` to search for; `back`, the page before; `here`, the address to return to after signing in, if it
    can be requested again. Each is empty if there is none."""
    request: HttpRequest = context["request"]
    return {
        "words": words_of(request.path),
        "back": came_from(request),
        "here": request.get_full_path() if request.method in ("GET", "HEAD") else "",
    }


def words_of(path: str) -> str:
    """“/guider/upphandla-ai-2/” → “upphandla ai”; numbers are left out."""
    last = path.rstrip("/").rpartition("/")[2].partition(".")[0]
    return " ".join(WORD.findall(last)[:MOST_WORDS])[:80]


def came_from(request: HttpRequest) -> str:
    """Return the path that the reader came from, if it is another page of this site."""
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(
        referer, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return ""
    found = urlsplit(referer)
    return "" if found.path == request.path else f"{found.path}{'?' * bool(found.query)}{found.query}"
