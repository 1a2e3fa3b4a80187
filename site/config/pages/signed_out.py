"""Answers a form that is sent after its session ended, to a view for members."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url

from config.pages.refused_texts import refused_texts
from core.json_errors import wants_json
from core.templatetags.recovery_links import came_from


class SignedOutMiddleware:
    """Replaces the redirect to sign-in by a page with the texts of the form, so that they are not lost.

    htmx and programs that want JSON still get the redirect.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_for_people = not request.headers.get("HX-Request") and not wants_json(request)
        if request.method == "POST" and is_for_people and leads_to_sign_in(request, response):
            return signed_out(request) if refused_texts(request) else response
        return response


def leads_to_sign_in(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether the response is the redirect of `login_required`."""
    return response.headers.get("Location", "") == redirect_to_login(request.get_full_path()).url


def signed_out(request: HttpRequest) -> HttpResponse:
    """Return the page with the texts. It links to the page of the form, since the posted address may show none."""
    form = came_from(request) or request.get_full_path()
    sign_in = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': form})}"
    return render(request, "403.html", {"sign_in_again": sign_in}, status=403)
