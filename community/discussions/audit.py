"""Actions of this package in the audit log: what staff and moderators do to posts of others."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from community.audit.actions import hide_names_of, register_action, register_facts

POST_REMOVED = register_action("discussions.remove_post", _("Removed a post"))
THREAD_LOCKED = register_action("discussions.lock_thread", _("Closed a conversation"))
THREAD_UNLOCKED = register_action("discussions.unlock_thread", _("Opened a conversation again"))
register_facts({"thread": _("Conversation")})
hide_names_of("discussions.Post", "discussions.Thread")
