"""Errors as JSON for programs, wherever in the site they come from."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse

API = "/api/"
JSON = "application/json"
OF_THE_PAGE = ("Content-Type", "Content-Length", "Content-Language", "Cache-Control")


def wants_json(request: HttpRequest) -> bool:
    """Below /api/ every client gets JSON; elsewhere one that prefers it to HTML."""
    return request.path_info.startswith(API) or request.get_preferred_type(["text/html", JSON]) == JSON


class JsonErrorMiddleware:
    """Replaces the page of an error by `{"detail": "Not Found"}` for a client that wants JSON. Stands outermost, and
    keeps status and headers, among them Retry-After. A response that is JSON already stays: a refusal's sentence, a
    422."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code < 400 or not wants_json(request):
            return response
        if response.headers.get("Content-Type", "").startswith(JSON):
            return response
        answer = JsonResponse({"detail": response.reason_phrase}, status=response.status_code)
        answer.cookies = response.cookies
        for name, value in response.headers.items():
            if name not in OF_THE_PAGE:
                answer.headers[name] = value
        answer.headers["Cache-Control"] = "private, no-store"
        return answer
