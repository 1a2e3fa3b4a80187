from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.refusals import Refusal


class ThreadLocked(Refusal):
    sentence = _("This conversation is closed. You can still read it, but not add to it.")


class PostGone(Refusal):
    sentence = _("This post has been removed and can no longer be changed.")
