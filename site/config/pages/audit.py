from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from community.audit.actions import register_action

LOG_EXPORTED = register_action("log.export", _("Exported the log"))
