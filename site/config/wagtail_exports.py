"""Exports texts, and never formulas, from Wagtail's admin: the log, reports, members and snippets."""

from __future__ import annotations

from typing import Any

from django.utils.encoding import force_str
from wagtail.admin.views.mixins import SpreadsheetExportMixin, list_to_str

from core.spreadsheets import as_text


def neutralise() -> None:
    """Convert all values except dates by `cell`. Called when all apps are ready. Safe to repeat.

    Wagtail takes the first class in the table that a value is an instance of. The classes of dates stand before
    `object`, so dates stay dates.
    """
    formats = dict.fromkeys(SpreadsheetExportMixin.FORMATS, cell)
    SpreadsheetExportMixin.custom_value_preprocess |= {list: formats, object: formats}


def cell(value: Any) -> Any:
    return as_text(list_to_str(value) if isinstance(value, list) else force_str(value, strings_only=True))
