"""Refusals: what a service raises when it will not do as asked, in a sentence a member can read."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise


class Refusal(Exception):
    """Base of all refusals. `sentence` says what is wrong and what to do; views show it at the form."""

    sentence: str | Promise = ""
    status = 409

    def __init__(self, sentence: str | Promise = "") -> None:
        if sentence:
            self.sentence = sentence
        super().__init__(self.sentence)

    def __str__(self) -> str:
        return str(self.sentence)


class NotAllowed(Refusal):
    """The actor may not do this; the reason is the policy's."""

    status = 403


class RefusalMiddleware:
    """A refusal no view has answered becomes a page that says it, with its status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Refusal):
            return render(request, "refusal.html", {"refusal": exception}, status=exception.status)
        return None
