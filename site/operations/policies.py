from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.audience import STAFF, SUPERUSER, Viewer
from core.decisions import ALLOWED, Decision, refused


def can_keep_work(viewer: Viewer) -> Decision:
    """See the background work, and retry or drop failed tasks."""
    return ALLOWED if viewer.has(STAFF) else refused(_("Only staff handle the background work."))


def can_read_tracebacks(viewer: Viewer) -> Decision:
    """Read the tracebacks of failed tasks, which can quote members' texts."""
    if can_keep_work(viewer) and viewer.has(SUPERUSER):
        return ALLOWED
    return refused(_("Only administrators of the site read what a failed task was doing."))
