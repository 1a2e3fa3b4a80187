from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from community.notifications.models import Notice
from core.audience import Viewer
from core.decisions import ALLOWED, Decision, refused


def can_see_notice(viewer: Viewer, notice: Notice) -> Decision:
    if viewer.is_member(notice.member_id):
        return ALLOWED
    return refused(_("This notice is for somebody else."))
