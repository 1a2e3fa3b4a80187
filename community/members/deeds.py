"""What the log keeps of this room: rights given and taken."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.deeds import verb

ROLE_GIVEN = verb("members.give_role", _("Added a member to a group"))
ROLE_TAKEN = verb("members.take_role", _("Removed a member from a group"))
SECOND_FACTOR_RESET = verb("members.reset_second_factor", _("Reset a member’s two-step sign-in"))
ADDRESS_CHANGED = verb("members.change_address", _("Changed a member’s e-mail address"))
RIGHT_GIVEN = verb("members.give_right", _("Gave a member a right"))
RIGHT_TAKEN = verb("members.take_right", _("Took a right from a member"))
