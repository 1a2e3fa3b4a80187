"""The browsers that a member has signed in from, so that wrong passwords from elsewhere do not lock the member out.

A signed cookie names the browser by a random number and its members by keyed hashes of their addresses.
"""

from __future__ import annotations

from collections.abc import Callable
from secrets import token_hex
from typing import Any

from allauth.account.signals import password_reset
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.core import signing
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from core.mail_addresses import fold_address

COOKIE = "browser"
SALT = "members.browsers"
KEPT = 365 * 24 * 3600
MOST_MEMBERS = 5


def attempts_key(request: HttpRequest, email: str) -> str:
    """Return the key that wrong passwords are counted by: the account, and the browser if the member has signed in from
    it. All other browsers share one count for the account, however many IP addresses they have."""
    account = _account(email)
    browser, accounts = _read(request)
    return f"{account}:{browser if account in accounts else ''}"


class KnownBrowserMiddleware:
    """Sets the cookie on the answer to a sign-in, or to a new password chosen by the link in a mail."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if emails := getattr(request, "browser_of", ()):
            browser, accounts = _read(request)
            kept = list(dict.fromkeys([*map(_account, emails), *accounts]))[:MOST_MEMBERS]
            response.set_cookie(
                COOKIE,
                signing.dumps([browser or token_hex(8), kept], salt=SALT),
                max_age=KEPT,
                path=settings.SESSION_COOKIE_PATH,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response


@receiver([user_logged_in, password_reset])
def signed_in(sender: type, request: Any, user: Any, **kwargs: Any) -> None:
    """Signing in, and choosing a new password by mail, both prove that the browser is the member's."""
    if request is not None:
        note_browser(request, user.email)


def note_browser(request: Any, email: str) -> None:
    """Record on the request that the member with this address has signed in from its browser."""
    request.browser_of = [*getattr(request, "browser_of", ()), email]


def _account(email: str) -> str:
    return salted_hmac(SALT, fold_address(email), algorithm="sha256").hexdigest()[:32]


def _read(request: HttpRequest) -> tuple[str, list[str]]:
    try:
        browser, accounts = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=KEPT)
    except (signing.BadSignature, ValueError, TypeError):
        return "", []
    return browser, accounts
