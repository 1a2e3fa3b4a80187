"""What the log keeps of this room: what staff and moderators do to others' words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.deeds import verb

POST_REMOVED = verb("discussions.remove_post", _("Removed a post"))
THREAD_LOCKED = verb("discussions.lock_thread", _("Closed a conversation"))
THREAD_UNLOCKED = verb("discussions.unlock_thread", _("Opened a conversation again"))
