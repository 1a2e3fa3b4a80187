from __future__ import annotations

from collections.abc import Collection

from wagtail.models import ModelLogEntry


class LogEntry(ModelLogEntry):
    """Wagtail's log entry, in the same table. `wagtail_hooks.py` lets Wagtail write it for all models but pages."""

    class Meta:
        proxy = True
        default_permissions = ()

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Skip Wagtail's query for whether a related row exists where that row is loaded. A row that is given by its
        number is checked."""
        relations = [field for field in self._meta.concrete_fields if field.is_relation]
        loaded = {field.name for field in relations if field.get_cached_value(self, None)}
        super().clean_fields(exclude={*(exclude or ()), *loaded})
