from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.deeds import verb

TASK_RETRIED = verb("work.retry", _("Retried failed work"))
TASK_DROPPED = verb("work.drop", _("Dropped failed work"))
