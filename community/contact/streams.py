from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from community.mail import streams
from community.mail.samples import sample

CONTACT_MESSAGES = streams.Stream(
    "contact_messages",
    label=_("Messages to the site"),
    why=_("You are receiving this because yours is the site’s contact address."),
    can_unsubscribe=False,
)
streams.register(CONTACT_MESSAGES)


@sample("contact_message", stream=CONTACT_MESSAGES.code)
def contact_message() -> dict[str, Any]:
    return {"kind": _("Accessibility problem"), "message_url": "https://samverka.example/admin/"}
