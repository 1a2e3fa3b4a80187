"""Compiles the message catalogues without gettext's programs, which may not be installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation.reloader import translation_file_changed


class Command(BaseCommand):
    help = "Compile each .po file that is newer than its .mo file."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        for source in (path for folder in settings.LOCALE_PATHS for path in Path(folder).rglob("*.po")):
            compiled = source.with_suffix(".mo")
            if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
                polib.pofile(str(source)).save_as_mofile(str(compiled))
                # This process may have cached that the catalogue is missing.
                translation_file_changed(sender=None, file_path=compiled)
