from __future__ import annotations

import platform
import shutil
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from operations.backup import manifest, uploads
from operations.backup.databases import database
from operations.backup.faults import Impossible, said_in_a_sentence
from operations.backup.manifest import Manifest


def back_up(target: Path) -> Manifest:
    """Write a backup into the new folder `target`, which only its owner can read. Creates no `target` if it fails.
    Raises `Impossible`."""
    if target.exists():
        raise Impossible(f"{target} is there already, and nothing is written over.")
    unfinished = target.with_name(f"{target.name}.unfinished")
    with said_in_a_sentence(), uploads.created_with(uploads.PRIVATE):
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        try:
            written = _write(unfinished)
            unfinished.rename(target)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
    return written


def _write(folder: Path) -> Manifest:
    media, copies = Path(settings.MEDIA_ROOT), folder / "media"
    copies.mkdir()
    # Copy the files before the database, because a file can be deleted while the database is dumped. Copy again after
    # it, for files that were uploaded meanwhile.
    uploads.copy_changed(media, copies)
    seen = database().dump(folder / database().file)
    if not seen.migrations:
        raise Impossible("The database is empty: it was never migrated.")
    uploads.copy_changed(media, copies)
    written = Manifest(
        made_at=timezone.now().isoformat(timespec="seconds"),
        engine=connection.vendor,
        versions={
            "database": seen.version,
            "python": platform.python_version(),
            "django": version("django"),
            "wagtail": version("wagtail"),
        },
        migrations=seen.migrations,
        rows=seen.rows,
        files=manifest.describe(folder),
    )
    written.write(folder)
    return written
