"""Mail of this room that is not about an account."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from community.mail import streams
from community.mail.samples import sample

LETTERS = streams.Stream(
    "letters",
    label=_("Messages to the site"),
    why=_("You are receiving this because yours is the site’s contact address."),
    can_unsubscribe=False,
)
streams.register(LETTERS)


@sample("letter", stream=LETTERS.code)
def letter() -> dict[str, Any]:
    return {"kind": _("Accessibility problem"), "letter_url": "https://samverka.example/admin/"}
