"""Refusals: exceptions that a service raises when it does not do as asked, with a sentence for the member."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise

from core.json_errors import wants_json


class Refusal(Exception):
    """Base of all refusals. `sentence` says what is wrong and what to do; views show it beside the form."""

    sentence: str | Promise = ""
    status = 409
    next_link: tuple[str, str | Promise] | None = None  # The name of a URL, and the text of a link to it.
    retry_after: int | None = None  # Seconds, for refusals that end by themselves.

    def __init__(self, sentence: str | Promise = "") -> None:
        if sentence:
            self.sentence = sentence
        super().__init__(self.sentence)

    @property
    def again_at(self) -> datetime | None:
        """The minute from which it can be tried again."""
        if self.retry_after is None:
            return None
        return (timezone.now() + timedelta(seconds=self.retry_after + 59)).replace(second=0, microsecond=0)

    def __str__(self) -> str:
        return str(self.sentence)


class NotAllowed(Refusal):
    """The actor may not do this; the reason is the policy's."""

    status = 403


class RefusalMiddleware:
    """Answers a refusal that the view did not catch, with its status. Where the view caught it and shows the form
    again, a limit's status and Retry-After are set as well."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        return with_pause(response, getattr(request, "retry_after", None))

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return answer(request, exception) if isinstance(exception, Refusal) else None


def answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Return a page with the sentence, or `{"error": …}` for a client that prefers JSON."""
    response: HttpResponse
    if wants_json(request):
        response = JsonResponse({"error": str(refusal)}, status=refusal.status)
    else:
        response = render(request, "refusal.html", {"refusal": refusal}, status=refusal.status)
    return with_pause(response, refusal.retry_after)


def with_pause(response: HttpResponse, seconds: int | None) -> HttpResponse:
    """Add status 429 and Retry-After, which programs read."""
    if seconds is not None:
        response.status_code = 429
        response.headers["Retry-After"] = str(seconds)
    return response
