from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.audience import STAFF, SUPERUSER, Viewer
from core.decisions import ALLOWED, Decision, refused


def can_keep_work(viewer: Viewer) -> Decision:
    """See how the background work is doing, try what failed again, or drop it."""
    return ALLOWED if viewer.has(STAFF) else refused(_("Only staff handle the background work."))


def can_read_tracebacks(viewer: Viewer) -> Decision:
    """They can quote what members wrote."""
    if can_keep_work(viewer) and viewer.has(SUPERUSER):
        return ALLOWED
    return refused(_("Only administrators of the site read what a failed task was doing."))
