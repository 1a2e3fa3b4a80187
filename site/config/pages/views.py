from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template import loader
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _
from django.views.generic import RedirectView

from core import topics
from core.own_address import whole_address
from core.refusals import NotAllowed
from knowledge.models import TERMS_CODES, OperatorInfo, PlainCode, PlainPage, PolicyText

ICONS = (
    ("favicon.svg", "any", "image/svg+xml", "any"),
    ("icon-192.png", "192x192", "image/png", "any"),
    ("icon-512.png", "512x512", "image/png", "any"),
    ("maskable-512.png", "512x512", "image/png", "maskable"),
)


class EditorsOnly(NotAllowed):
    """The member is signed in but may not enter Wagtail's admin."""

    sentence = gettext_lazy("This part is for the editors. Sign in with another account if you have one.")
    next_link = ("account_logout", gettext_lazy("Sign out and use another account"))


def components(request: HttpRequest) -> HttpResponse:
    """All template components on one page; mounted only where `COMPONENTS_PAGE` is set."""
    return render(request, "components.html")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403.html", {"form_expired": True}, status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Render a page without links, because the host name of the request may not be ours."""
    return HttpResponseBadRequest(loader.get_template("400.html").render())


def not_in_the_api(request: HttpRequest, rest: str) -> HttpResponse:
    """Answer 404 at once. Otherwise a page would be looked up at this address with a slash appended."""
    raise Http404


def security_txt(request: HttpRequest) -> HttpResponse:
    """The address for reports of vulnerabilities (RFC 9116). Each answer is valid for half a year."""
    facts = OperatorInfo.load()
    email = facts.security_email or facts.email
    expires = timezone.now().replace(microsecond=0) + timedelta(days=180)
    lines = {
        "Contact": f"mailto:{email}" if email else whole_address(reverse("contact:write")),
        "Expires": expires.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "Preferred-Languages": ", ".join(code for code, _label in settings.LANGUAGES),
        "Canonical": whole_address(reverse("security_txt")),
    }
    return plain(f"{name}: {value}" for name, value in lines.items())


def robots_txt(request: HttpRequest) -> HttpResponse:
    """Robots may read everything public except search and the pages of accounts."""
    closed = ["/admin/", "/accounts/", "/api/"]
    for code, _label in settings.LANGUAGES:
        with override(code):
            closed += [reverse("account_login").removesuffix("login/"), reverse("search:search")]
    return plain(
        [
            "User-agent: *",
            *(f"Disallow: {path}" for path in dict.fromkeys(closed)),
            "",
            f"Sitemap: {whole_address(reverse('sitemap'))}",
        ]
    )


def plain(lines: Iterable[str]) -> HttpResponse:
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def manifest(request: HttpRequest) -> JsonResponse:
    """The web app manifest, with which a phone can install the site."""
    icons = [
        {"src": static(f"icons/{name}"), "sizes": sizes, "type": kind, "purpose": purpose}
        for name, sizes, kind, purpose in ICONS
    ]
    words = {
        "id": "/",
        "name": "Samverka",
        "short_name": "Samverka",
        "description": _("Knowledge and partners"),
        "lang": get_language(),
        "start_url": reverse("home"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#fbfaf7",
        "theme_color": "#14533f",
        "icons": icons,
    }
    return JsonResponse(words, content_type="application/manifest+json")


_redirect_to_login = RedirectView.as_view(pattern_name="account_login", query_string=True)


def to_login(request: HttpRequest) -> HttpResponseBase:
    """Redirect to the site's own sign-in page. Refuse a member who is signed in: they were sent here because they have
    no access, and would be redirected without end."""
    if request.user.is_authenticated:
        raise EditorsOnly
    return _redirect_to_login(request)


def policy(request: HttpRequest, code: str, since: date) -> HttpResponse:
    """A version of the terms or the privacy text, as it was published."""
    text = PolicyText.objects.of_date(code, since, get_language() or "") if code in TERMS_CODES else None
    if text is None:
        raise Http404
    topics.page_uses(topics.FRAME)
    present = PlainPage.objects.with_code(PlainCode(code), text.language)
    return render(request, "site/policy.html", {"text": text, "present": present})


def favicon(request: HttpRequest) -> HttpResponse:
    """Redirect clients that request this address without reading a page's link."""
    return redirect(static("icons/favicon.ico"))
