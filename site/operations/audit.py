from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from community.audit.actions import register_action

TASK_RETRIED = register_action("work.retry", _("Retried failed work"))
TASK_DROPPED = register_action("work.drop", _("Dropped failed work"))
