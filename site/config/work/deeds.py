from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.deeds import verb

TASK_RETRIED = verb("work.retry", _("Had failed work tried again"))
TASK_DROPPED = verb("work.drop", _("Dropped failed work"))
