"""What the log keeps of this room: what staff and moderators do to others' words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from community.audit.actions import register_action

POST_REMOVED = register_action("discussions.remove_post", _("Removed a post"))
THREAD_LOCKED = register_action("discussions.lock_thread", _("Closed a conversation"))
THREAD_UNLOCKED = register_action("discussions.unlock_thread", _("Opened a conversation again"))
