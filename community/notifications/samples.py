"""Sample contexts of this package's mails, for the preview page."""

from __future__ import annotations

from typing import Any

from community.mail.samples import sample
from community.notifications import kinds
from community.notifications.digests import DIGEST


def line(code: str, *, count: int, subject: Any, who: str = "", quote: str = "") -> dict[str, Any]:
    kind = kinds.find(code)
    return {
        "sentence": kind.sentence(count=count, subject=subject, who=who),
        "quote": quote,
        "url": "/",
        "why": kind.why,
    }


@sample("notices_digest", stream=DIGEST)
def notices_digest() -> dict[str, Any]:
    notices = [
        line("posts", count=5, subject="Svara på frågor om avfall"),
        line("adopters", count=1, subject="Svara på frågor om avfall", who="Sundby kommun"),
        line(
            "use_case_sent_back",
            count=1,
            subject="Läs av vattenmätare från luften",
            quote="Skriv gärna vad det kostade, och vem som gjorde flygningarna.",
        ),
        line("use_case_published", count=1, subject="Gatuljus som tänds när någon kommer"),
    ]
    return {"notices": notices, "count": len(notices), "more": 2}


@sample("notices_at_once", stream="notices.membership_request")
def notices_at_once() -> dict[str, Any]:
    notices = [line("membership_request", count=1, subject="Granviks kommun", who="Vera Vik")]
    return {"notices": notices, "count": 1, "more": 0}
