"""Actions of this package in the audit log: memberships of organisations, and merges."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from community.audit.actions import register_action, register_facts
from community.organisations.models import Role

MEMBER_CONFIRMED = register_action("organisations.confirm_member", _("Approved a member"))
MEMBER_DECLINED = register_action("organisations.decline_member", _("Declined a member’s request"))
CONFIRMATION_UNDONE = register_action("organisations.undo_confirm", _("Undid the approval of a member"))
DECLINING_UNDONE = register_action("organisations.undo_decline", _("Undid the refusal of a member’s request"))
MEMBER_ENDED = register_action("organisations.end_member", _("Ended a membership"))
ROLE_GIVEN = register_action("organisations.give_role", _("Gave a member another role"))
MERGED = register_action("organisations.merge", _("Merged two organisations"))
KEPT_APART = register_action("organisations.tell_apart", _("Kept two organisations apart"))
register_facts({"role": _("Role"), "absorbed": _("Merged"), "other": _("The other")}, dict(Role.choices))
