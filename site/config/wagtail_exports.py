"""Makes every export of Wagtail's admin (the log, reports, members, snippets) contain texts and no formulas."""

from __future__ import annotations

from typing import Any

from django.utils.encoding import force_str
from wagtail.admin.views.mixins import SpreadsheetExportMixin, list_to_str

from core.spreadsheets import as_text


def neutralise() -> None:
    """Called when all apps are ready. Safe to repeat. Wagtail looks for the class of a value in the table's order:
    dates come first, so that they stay dates."""
    formats = dict.fromkeys(SpreadsheetExportMixin.FORMATS, cell)
    SpreadsheetExportMixin.custom_value_preprocess |= {list: formats, object: formats}


def cell(value: Any) -> Any:
    return as_text(list_to_str(value) if isinstance(value, list) else force_str(value, strings_only=True))
