"""Compiled translations are used at once, also by the process that compiled them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils.translation import gettext, override
from django.utils.translation.reloader import translation_file_changed
from pytest_django import Settings


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    folder = tmp_path / "sv" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    settings.LOCALE_PATHS = [tmp_path]
    yield folder
    translation_file_changed(sender=None, file_path=folder / "django.mo")


def test_new_translations_are_used_without_a_restart(folder: Path) -> None:
    with override("sv"):
        assert gettext("A gull") == "A gull"
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    (folder / "django.po").write_text(f'{header}msgid "A gull"\nmsgstr "En mås"\n', encoding="utf-8")
    call_command("compile_translations")
    with override("sv"):
        assert gettext("A gull") == "En mås"
