from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.deeds import verb

LOG_EXPORTED = verb("log.export", _("Exported the log"))
