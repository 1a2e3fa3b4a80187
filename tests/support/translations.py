"""Checks that the Swedish catalogue is complete and matches the code. With --write, updates it for translation."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polib

from tests.support.services.machine import find_program, install_packages

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = Path("locale/sv/LC_MESSAGES/django.po")
SOURCES = ("core", "subjects", "knowledge", "community", "search", "site", "templates")
KINDS = {".py", ".html", ".txt"}


def extracted() -> polib.POFile:
    """Return the catalogue merged with the messages in the code."""
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        for path in (path for source in SOURCES for path in (ROOT / source).rglob("*")):
            if path.suffix in KINDS and path.is_file():
                target = copy / path.relative_to(ROOT)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
        (copy / CATALOGUE).parent.mkdir(parents=True)
        if (ROOT / CATALOGUE).exists():
            shutil.copyfile(ROOT / CATALOGUE, copy / CATALOGUE)
        command = [sys.executable, "-m", "django", "makemessages", "-l", "sv", "--no-wrap", "--no-obsolete"]
        # Without settings, so that only the copy is searched.
        environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
        subprocess.run(
            [*command, "--add-location", "file"], cwd=copy, env=environment, capture_output=True, check=True
        )
        return polib.pofile(str(copy / CATALOGUE), wrapwidth=0)


def faults(kept: polib.POFile, now: polib.POFile) -> Iterator[str]:
    """Yield one line for each message that is missing, obsolete, untranslated or fuzzy."""

    def key(entry: polib.POEntry) -> tuple[str | None, str]:
        return entry.msgctxt, entry.msgid

    kept_by_key = {key(entry): entry for entry in kept if not entry.obsolete}
    now_by_key = {key(entry): entry for entry in now if not entry.obsolete}
    for missing in now_by_key.keys() - kept_by_key.keys():
        yield f"not in the catalogue: {missing[1]!r} ({now_by_key[missing].occurrences[0][0]})"
    for gone in kept_by_key.keys() - now_by_key.keys():
        yield f"no longer in the code: {gone[1]!r}"
    for entry in kept_by_key.values():
        if "fuzzy" in entry.flags:
            yield f"fuzzy: {entry.msgid!r}"
        elif not entry.translated():
            yield f"not translated: {entry.msgid!r}"


def main() -> int:
    if not find_program("xgettext") and not install_packages("gettext"):
        print("not checked here: translations (no gettext)", file=sys.stderr)
        return 1 if os.environ.get("CI") == "true" else 0
    now = extracted()
    if "--write" in sys.argv:
        (ROOT / CATALOGUE).parent.mkdir(parents=True, exist_ok=True)
        now.save(str(ROOT / CATALOGUE))
    kept = polib.pofile(str(ROOT / CATALOGUE)) if (ROOT / CATALOGUE).exists() else polib.POFile()
    found = sorted(faults(kept, now))
    print("\n".join(found))
    placeholders = ["msgfmt", "--check-format", "-o", os.devnull, ROOT / CATALOGUE]
    return 1 if found or subprocess.run(placeholders, check=False).returncode else 0


if __name__ == "__main__":
    sys.exit(main())
