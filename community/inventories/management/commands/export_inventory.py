from __future__ import annotations

import csv
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from community.inventories.exporting import exportable, rows, standards


class Command(BaseCommand):
    help = "Write the projects that everyone may see in the columns of a published standard, as CSV."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the file to write; - is the standard output")
        parser.add_argument("--standard", required=True, choices=sorted(standards()))
        parser.add_argument("--own", action="store_true", help="only members' projects, no published records")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["file"] == "-":
            self.write(sys.stdout, options)
            return
        try:
            with Path(options["file"]).open("w", encoding="utf-8-sig", newline="") as file:
                self.write(file, options)
        except OSError as error:
            raise CommandError(
                _("The file %(file)s can’t be written: %(why)s.")
                % {"file": options["file"], "why": error.strerror}
            ) from error

    def write(self, file: TextIO, options: dict[str, Any]) -> None:
        csv.writer(file).writerows(rows(options["standard"], exportable(own=options["own"])))
