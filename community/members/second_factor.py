"""Requires two-step sign-in of staff, editors, moderators and the council. They can do nothing before it is set up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from community.members.models import Member
from core.audience import COUNCIL, EDITORS, MODERATORS, STAFF, Viewer
from core.json_errors import wants_json
from core.refusals import Refusal, answer

ASKED_OF = frozenset({STAFF, EDITORS, MODERATORS, COUNCIL})
OPEN = frozenset(
    {
        "account_logout",
        "account_reauthenticate",
        "account_email",
        "account_confirm_email",
        "account_email_verification_sent",
        "mfa_index",
        "mfa_activate_totp",
        "mfa_reauthenticate",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
        "mfa_generate_recovery_codes",
        "health",
        "metrics",
        "manifest",
        "robots_txt",
        "security_txt",
    }
)
"""Names of the URLs that stay open: those that the set-up needs, signing out, and those that programs read."""


EXPLANATION = _("Your role asks for two-step sign-in. Connect an app, then you can go on to the rest.")
EXPLAINED = "second_factor_explained"
"""The session key for "the explanation was shown". A page that requests several URLs does not repeat it."""


class SecondFactorNeeded(Refusal):
    sentence = _(
        "Your role asks for two-step sign-in, which you have not set up yet. Nothing has been saved: "
        "connect an app first, then do this again."
    )
    status = 428
    next_link = ("mfa_activate_totp", _("Connect an app"))


def is_needed(viewer: Viewer) -> bool:
    """Return whether the viewer has a role that requires a second factor and has not set one up. One query for viewers
    with a role, none for others."""
    return not viewer.tokens.isdisjoint(ASKED_OF) and not has_second_factor(viewer.member_id)


def is_not_needed(viewer: Viewer) -> bool:
    """The rule for sockets, which bypass Django's middleware."""
    return not is_needed(viewer)


def has_second_factor(member_id: int | None) -> bool:
    return (
        Authenticator.objects.filter(user=member_id).exclude(type=Authenticator.Type.RECOVERY_CODES).exists()
    )


def reset(member: Member) -> None:
    """Delete the app and the recovery codes, and end the member's sessions."""
    Authenticator.objects.filter(user=member).delete()
    member.sessions_ended += 1
    member.save(update_fields=["sessions_ended"])


class SecondFactorMiddleware:
    """Redirects members who must set up a second factor to the set-up page. Forms and requests for JSON are refused."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if request.resolver_match.view_name in OPEN or not request.user.is_authenticated:
            return None
        if not is_needed(request.viewer):
            return None
        if request.method not in ("GET", "HEAD") or wants_json(request):
            return answer(request, SecondFactorNeeded())
        if not request.session.get(EXPLAINED):
            messages.info(request, EXPLANATION)
            request.session[EXPLAINED] = True
        return redirect(f"{reverse('mfa_activate_totp')}?{urlencode({'next': request.get_full_path()})}")
