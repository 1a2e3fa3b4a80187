"""Actions of this package in the audit log: rights given and taken."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from community.audit.actions import register_action, register_facts

ROLE_GIVEN = register_action("members.give_role", _("Added a member to a group"))
ROLE_TAKEN = register_action("members.take_role", _("Removed a member from a group"))
SECOND_FACTOR_RESET = register_action("members.reset_second_factor", _("Reset a member’s two-step sign-in"))
ADDRESS_CHANGED = register_action("members.change_address", _("Changed a member’s e-mail address"))
RIGHT_GIVEN = register_action("members.give_right", _("Gave a member a right"))
RIGHT_TAKEN = register_action("members.take_right", _("Took a right from a member"))
register_facts(
    {"member": _("Member"), "group": _("Group"), "right": _("Right")},
    {"is_active": _("An open account"), "is_staff": _("Staff"), "is_superuser": _("Everything")},
)
