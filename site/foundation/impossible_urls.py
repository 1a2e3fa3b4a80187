"""URLs that can name nothing: 404 before a view asks the database, which would raise an error."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse

from foundation.numbers import LARGEST

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_TOO_LONG = re.compile(r"\d{19,}")


class ImpossibleUrlMiddleware:
    """Answers 404 to a URL with a control character, a number larger than a column holds, or a key that the
    view's model cannot have. Stands after what the page for 404 needs: session, language and viewer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]) -> None:
        if any(map(_is_impossible, (*args, *kwargs.values()))) or _is_no_key(view, kwargs.get("pk")):
            raise Http404


def _is_impossible(value: object) -> bool:
    if isinstance(value, int):
        return value > LARGEST
    return isinstance(value, str) and bool(_CONTROL.search(value) or _TOO_LONG.fullmatch(value))


def _is_no_key(view: Any, value: object) -> bool:
    """Return whether the key is one that the view's model cannot have: Wagtail's URLs take any text as a key."""
    model = getattr(view, "view_initkwargs", {}).get("model")
    if model is None or not isinstance(value, str):
        return False
    model = apps.get_model(model) if isinstance(model, str) else model
    try:
        model._meta.pk.to_python(value)
    except ValidationError:
        return True
    return False
