"""Lists every cookie that the site sets, for the page about cookies. A test checks that the site sets no others."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from community.members.browsers import COOKIE as BROWSER


@dataclass(frozen=True)
class Cookie:
    name: str
    set_when: str | Promise
    purpose: str | Promise
    lasts: str | Promise


COOKIES = (
    Cookie(
        settings.SESSION_COOKIE_NAME,
        _("You sign in, or start to."),
        _("Keeps you signed in from page to page."),
        _("Two weeks, or until you sign out."),
    ),
    Cookie(
        settings.CSRF_COOKIE_NAME,
        _("You open a page with a form."),
        _("Makes sure that a form you send comes from this site."),
        _("One year."),
    ),
    Cookie(
        BROWSER,
        _("You sign in."),
        _(
            "Lets you sign in from this browser even while somebody else tries wrong passwords for your account."
        ),
        _("One year."),
    ),
    Cookie(
        "messages",
        _("Something you have done is confirmed on the next page."),
        _("Carries the confirmation to the next page."),
        _("Until the confirmation has been shown."),
    ),
)
