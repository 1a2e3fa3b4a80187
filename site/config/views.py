from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.generic import RedirectView

from foundation.refusals import NotAllowed


def components(request: HttpRequest) -> HttpResponse:
    """Every component of the house on one page; mounted only where `COMPONENTS_PAGE` is set."""
    return render(request, "components.html")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403.html", {"form_expired": True}, status=403)


_redirect_to_login = RedirectView.as_view(pattern_name="account_login", query_string=True)


def to_login(request: HttpRequest) -> HttpResponse:
    """Every sign-in page is the site's own. Who is signed in and sent here may not enter: said once, not for ever."""
    if request.user.is_authenticated:
        raise NotAllowed(_("This part is for the editors. Sign in with another account if you have one."))
    return _redirect_to_login(request)
