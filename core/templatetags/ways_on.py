"""Where to go from a page that one may not see, or that is not there. All of it is told by the request alone, so that
a page that is hidden and one that does not exist say the same."""

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
def ways_on(context: dict[str, Any]) -> dict[str, str]:
    """`words` to search for; `back`, the page one came from; `here`, to come back to after signing in, if it can be
    asked for anew. Empty where there is none."""
    request: HttpRequest = context["request"]
    return {
        "words": words_of(request.path),
        "back": came_from(request),
        "here": request.get_full_path() if request.method in ("GET", "HEAD") else "",
    }


def words_of(path: str) -> str:
    """“/guider/upphandla-ai-2/” → “upphandla ai”; of numbers nothing."""
    last = path.rstrip("/").rpartition("/")[2].partition(".")[0]
    return " ".join(WORD.findall(last)[:MOST_WORDS])[:80]


def came_from(request: HttpRequest) -> str:
    """A path on this site, other than this one."""
    told = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(
        told, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return ""
    found = urlsplit(told)
    return "" if found.path == request.path else f"{found.path}{'?' * bool(found.query)}{found.query}"
