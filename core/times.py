"""How a moment is written, on the server and in the browser: “i dag 14.32”, “3 nov. kl. 14.32”; “today 14:32”."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext


def wordings() -> dict[str, str]:
    """The patterns of the active language. `js/thread.js` formats times with the same patterns."""
    return {
        # Translators: the clock, as in 14:32.
        "clock": gettext("{hour}:{minute}"),
        "today": gettext("today {clock}"),
        "yesterday": gettext("yesterday {clock}"),
        "this_year": gettext("{day} {month}, {clock}"),
        "other_year": gettext("{day} {month} {year}, {clock}"),
        "months": gettext("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"),
    }


def clock(moment: datetime) -> str:
    """The time of day in the site's time zone."""
    local = timezone.localtime(moment)
    return wordings()["clock"].format(hour=f"{local:%H}", minute=f"{local:%M}")


def moment_in_words(moment: datetime, now: datetime | None = None) -> str:
    """Day and time in the site's time zone. Today and yesterday are named as such."""
    local, today = timezone.localtime(moment), timezone.localdate(now)
    days_ago = (today - local.date()).days
    near = {0: "today", 1: "yesterday"}.get(days_ago)
    words = wordings()
    return words[near or ("this_year" if local.year == today.year else "other_year")].format(
        clock=clock(moment), day=local.day, month=words["months"].split()[local.month - 1], year=local.year
    )
