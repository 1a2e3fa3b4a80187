"""The log of deeds: who did what to what, and why. Kept in Wagtail's audit log, with what is done in its admin.

Only numbers are kept: of the actor, of the subject, and codes or numbers as facts. Names are looked up when the log is
shown, so what somebody takes down or takes back is not found here. The one text is `why`, the actor's own reason, which
must not repeat what was removed. Rows are added and neither changed nor deleted; the database holds that too
(`foundation.migrations`).
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import override
from wagtail.log_actions import LogFormatter, log, registry
from wagtail.models import Page

WHY = "why"


def verb(code: str, label: str | Promise) -> str:
    """Make a deed known, under "<room>.<deed>", with what the log says when it is done."""

    class Deed(LogFormatter):
        def format_comment(self, entry: Any) -> str:
            return str(entry.data.get(WHY, ""))

    Deed.label = Deed.message = label
    registry.register_action(code)(Deed)
    return code


def record(*, actor: Any, verb: str, subject: Model, why: str = "", **facts: int | str) -> None:
    """Add a deed, within the transaction of what was done. Without an actor it is Wagtail's who uses its admin, or
    the site's own."""
    data = {**facts, WHY: why} if why else dict(facts)
    named = {} if isinstance(subject, Page) else {"title": number_of(subject._meta.model, subject.pk)}
    log(instance=subject, action=verb, user=actor, data=data, **named)


def number_of(model: type[Model], pk: object) -> str:
    """What stands in the log in place of a name: what kind of thing, and which."""
    with override(settings.LANGUAGE_CODE):
        return capfirst(f"{model._meta.verbose_name} {pk}")
