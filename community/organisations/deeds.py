"""What the log keeps of this room: who may speak for an organisation, and which organisations are one."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.deeds import verb

MEMBER_CONFIRMED = verb("organisations.confirm_member", _("Approved a member"))
MEMBER_DECLINED = verb("organisations.decline_member", _("Declined a member’s request"))
LETTING_IN_UNDONE = verb("organisations.undo_confirm", _("Undid the approval of a member"))
DECLINING_UNDONE = verb("organisations.undo_decline", _("Undid the refusal of a member’s request"))
MEMBER_ENDED = verb("organisations.end_member", _("Ended a membership"))
ROLE_GIVEN = verb("organisations.give_role", _("Gave a member another role"))
MERGED = verb("organisations.merge", _("Merged two organisations"))
TOLD_APART = verb("organisations.tell_apart", _("Kept two organisations apart"))
