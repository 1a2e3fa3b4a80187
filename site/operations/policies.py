from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from community.members.models import Member
from core.decisions import ALLOWED, Decision, refused


def can_keep_work(actor: Member) -> Decision:
    """See how the background work is doing, try what failed again, or drop it."""
    if actor.is_authenticated and actor.is_active and actor.is_staff:
        return ALLOWED
    return refused(_("Only staff handle the background work."))


def can_read_tracebacks(actor: Member) -> Decision:
    """They can quote what members wrote."""
    if can_keep_work(actor) and actor.is_superuser:
        return ALLOWED
    return refused(_("Only administrators of the site read what a failed task was doing."))
