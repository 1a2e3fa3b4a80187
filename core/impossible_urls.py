"""Answers 404 to URLs that no object can have, where the database or a view would raise an error."""

from __future__ import annotations

import inspect
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from modelsearch.backends.base import FieldError

from core.numbers import LARGEST

logger = logging.getLogger(__name__)

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_TOO_LONG = re.compile(r"\d{19,}")
_WITHOUT_END = re.compile(r"\s*[+-]?[\d.]+[eE]\+?\d{4,}\s*")
_FROM_A_QUERY = (AttributeError, FieldError, NoReverseMatch, ValueError)
"""Exceptions that views of Wagtail's admin raise for an invalid number, order or address in the query, or for a tag
beside a search."""


class ImpossibleUrlMiddleware:
    """Answers 404 to a URL with a control character, a number larger than a column holds, or a key that the view's
    model cannot have. It stands after the middleware that the 404 page needs: session, language and viewer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]) -> None:
        if any(map(_is_impossible, (*args, *kwargs.values()))) or _is_no_key(view, kwargs.get("pk")):
            raise Http404
        if _is_wagtails(request) and any(map(_WITHOUT_END.fullmatch, _texts(request))):
            # Python would write the number out in full, which takes minutes.
            raise Http404

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Answer 404 where a view of Wagtail's cannot parse its query. Log it too, since another error can look the
        same."""
        if isinstance(exception, _FROM_A_QUERY) and request.GET and _is_wagtails(request):
            logger.warning("A view of Wagtail's failed at its query", exc_info=exception)
            raise Http404 from exception


def _is_wagtails(request: HttpRequest) -> bool:
    """Return whether the request has come to a view of the admin that is Wagtail's, or made from one."""
    if not request.resolver_match or not request.path_info.startswith(reverse("wagtailadmin_home")):
        return False
    view = inspect.unwrap(request.resolver_match.func)
    classes = view.view_class.__mro__ if hasattr(view, "view_class") else (view,)
    return any(made_from.__module__.startswith("wagtail.") for made_from in classes)


def _texts(request: HttpRequest) -> Iterator[str]:
    return (text for _name, texts in request.GET.lists() for text in texts)


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
