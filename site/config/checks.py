from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import Error, register


@register(deploy=True)
def demonstration_stays_at_home(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Demonstration content and its accounts must never reach a public site."""
    if "demonstration" in settings.INSTALLED_APPS:
        return [
            Error("The demonstration is installed.", hint="Use config.settings.production.", id="config.E001")
        ]
    return []
