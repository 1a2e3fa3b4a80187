from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseFault

from operations.backup import Impossible, back_up


class Command(BaseCommand):
    help = "Write the database and the uploaded files into a new folder. The site may be in use meanwhile."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="the folder to create; must not exist")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            written = back_up(folder)
        except Impossible as why:
            raise CommandError(f"No backup was made. {why}") from why
        except DatabaseFault as fault:
            raise CommandError(f"No backup was made. The database does not answer: {fault}") from fault
        self.stdout.write(
            f"{folder}: {written.row_count} rows, {written.uploads} files, {written.bytes // 1024} kB"
        )
