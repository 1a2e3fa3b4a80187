from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseFault

from operations.backup import Impossible, restore


class Command(BaseCommand):
    help = "Restore what `backup` wrote into an empty site. Stop its other processes first."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--replace", action="store_true", help="delete the members and files that the site has"
        )

    def handle(self, *args: Any, folder: Path, replace: bool, **options: Any) -> None:
        try:
            kept = restore(folder, replace=replace, tell=self.stdout.write)
        except Impossible as why:
            raise CommandError(str(why)) from why
        except DatabaseFault as fault:
            raise CommandError(f"The database does not answer: {fault}") from fault
        self.stdout.write(f"Brought back as of {kept.made_at}: {kept.row_count} rows, {kept.uploads} files")
