"""Normalises the data of a request before a view reads it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

from core.text import normalized


class NormalizedInputMiddleware:
    """Passes `request.GET` and `request.POST` through `normalized` before the view reads them. Stands after the CSRF
    check. Uploaded files and passwords stay as they are: a password is compared by its exact signs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> None:
        request.GET = _normalized_query(request.GET)
        if request.method == "POST":
            request.POST = _normalized_query(request.POST)


def _normalized_query(query: QueryDict) -> QueryDict:
    changed = {
        name: after
        for name, before in query.lists()
        if "password" not in name and (after := [_normalized_value(value) for value in before]) != before
    }
    if not changed:
        return query
    query = query.copy()
    for name, values in changed.items():
        query.setlist(name, values)
    query._mutable = False
    return query


def _normalized_value(value: str) -> str:
    return value if _is_rich_text(value) else normalized(value)


def _is_rich_text(value: str) -> bool:
    """Draftail sends rich text as JSON that counts positions in its text, so that no sign may go before the text has
    become HTML (`knowledge.forms.RichTextArea`). Valid JSON holds no raw control character below U+0020."""
    if not (value.startswith("{") and '"entityMap"' in value):
        return False
    try:
        content = json.loads(value)
    except ValueError:
        return False
    return isinstance(content, dict) and "blocks" in content
