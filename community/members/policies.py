from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from community.members.models import Member
from foundation.decisions import ALLOWED, Decision, refused


def can_edit_profile(actor: Member, member: Member) -> Decision:
    return ALLOWED if actor.pk == member.pk else refused(_("Only you can change your own details."))
