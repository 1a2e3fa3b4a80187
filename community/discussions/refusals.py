from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.refusals import Refusal


class ThreadLocked(Refusal):
    sentence = _("This conversation is closed. What has been written stays; nothing can be added.")


class PostGone(Refusal):
    sentence = _("This post has been removed and can no longer be changed.")
