from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from community.notifications.models import Notice
from core.decisions import ALLOWED, Decision, refused


def can_see_notice(member_id: int, notice: Notice) -> Decision:
    return ALLOWED if notice.member_id == member_id else refused(_("This notice is for somebody else."))
