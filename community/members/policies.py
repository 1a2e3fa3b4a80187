from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from community.members.models import Member
from core.decisions import ALLOWED, Decision, refused


def can_reset_second_factor(actor: Member, member: Member) -> Decision:
    """Let a member who lost the phone set up a second factor again: staff, and never their own."""
    if actor.is_authenticated and actor.is_active and actor.is_staff and actor.pk != member.pk:
        return ALLOWED
    return refused(_("Only another member of staff can reset somebody’s two-step sign-in."))


def can_edit_profile(actor: Member, member: Member) -> Decision:
    return ALLOWED if actor.pk == member.pk else refused(_("Only you can change your own details."))
