from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from community.members.models import Member
from core.audience import STAFF, Viewer
from core.decisions import ALLOWED, Decision, refused


def can_reset_second_factor(viewer: Viewer, member: Member) -> Decision:
    """Let a member who lost the phone set up a second factor again: staff may, but not for themselves."""
    if viewer.has(STAFF) and not viewer.is_member(member.pk):
        return ALLOWED
    return refused(_("Only another member of staff can reset somebody’s two-step sign-in."))


def can_edit_profile(viewer: Viewer, member: Member) -> Decision:
    return ALLOWED if viewer.is_member(member.pk) else refused(_("Only you can change your own details."))
