from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register
from django.db import connections

from core.model_fields import field_of
from knowledge.models import OperatorInfo


@register(deploy=True)
def demonstration_stays_at_home(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Refuse a deployment with the demonstration, whose accounts have known passwords."""
    if "demonstration" in settings.INSTALLED_APPS:
        return [
            Error("The demonstration is installed.", hint="Use config.settings.production.", id="config.E001")
        ]
    return []


@register(Tags.database)
def facts_of_the_site_are_there(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[Warning]:
    """The texts that the law requires are incomplete until the operator has entered the facts about the site."""
    if "demonstration" in settings.INSTALLED_APPS or "default" not in (databases or ()):
        return []
    if OperatorInfo._meta.db_table not in connections["default"].introspection.table_names():
        return []
    missing = (OperatorInfo.objects.first() or OperatorInfo()).missing
    if not missing:
        return []
    names = ", ".join(str(field_of(OperatorInfo, name).verbose_name) for name in missing)
    return [
        Warning(
            f"The facts of the site lack: {names}.",
            hint="Fill them in at /admin/, Settings, Facts of the site.",
            id="config.W001",
        )
    ]
