from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from tqdm import tqdm

from community.inventories.importing import Report, import_inventory
from community.inventories.losses import Losses
from community.inventories.mapping import load_mapping, load_shipped, shipped
from community.inventories.models import ImportRun
from community.inventories.reading import open_inventory
from community.inventories.undoing import undo_import
from core.refusals import Refusal

UNREADABLE = 2
"""Exit status when the file, the mapping or the request is at fault, or another import of the source is running."""


class Command(BaseCommand):
    help = (
        "Import a published inventory (CSV, TSV, XLSX, ODS, XLSB, JSON) as organisations and reference projects; "
        "or undo it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", help="the inventory")
        parser.add_argument("--source", help=f"a published layout: {', '.join(shipped())}")
        parser.add_argument("--mapping", metavar="FILE", help="a layout of your own, see docs/importing.md")
        parser.add_argument("--sheet", help="the workbook's sheet, if several fit or it is hidden")
        parser.add_argument(
            "--hidden", action="store_true", help="also hidden rows and columns of a workbook"
        )
        parser.add_argument("--encoding", help="of a text file, such as utf-8, cp1252, cp850 or iso8859-15")
        parser.add_argument("--dry-run", action="store_true", help="count, and write nothing")
        parser.add_argument(
            "--json", action="store_true", help="print the counts and rejections as one JSON object"
        )
        parser.add_argument("--list", action="store_true", help="list the imports there have been")
        parser.add_argument("--undo", metavar="RUN", type=int, help="undo an import by its number")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["list"]:
                self.list()
            elif options["undo"] is not None:
                self.undo(options["undo"])
            else:
                self.import_file(options)
        except Refusal as refusal:
            raise CommandError(str(refusal), returncode=UNREADABLE) from refusal

    def import_file(self, options: dict[str, Any]) -> None:
        if not options["file"] or bool(options["source"]) == bool(options["mapping"]):
            raise CommandError(_("Name a file, and either --source or --mapping."), returncode=UNREADABLE)
        layout = (
            load_shipped(options["source"]) if options["source"] else load_mapping(Path(options["mapping"]))
        )
        named = {name: options[name] for name in ("sheet", "hidden", "encoding") if options[name]}
        inventory = open_inventory(Path(options["file"]), layout.columns, replace(layout.reading, **named))
        report = Report()
        bar = tqdm(
            inventory, total=inventory.total, unit=" rows", file=sys.stderr, disable=not sys.stderr.isatty()
        )
        try:
            import_inventory(
                rows=bar,
                layout=layout,
                file_name=inventory.path.name,
                report=report,
                dry_run=options["dry_run"],
            )
        except KeyboardInterrupt as error:
            raise CommandError(self.stopped(report)) from error
        finally:
            bar.close()
        if options["json"]:
            found = {**report.as_json(), "hidden_rows": inventory.hidden_rows}
            self.stdout.write(json.dumps(found, ensure_ascii=False))
        else:
            self.tell(report, inventory.hidden_rows, dry_run=options["dry_run"])

    def stopped(self, report: Report) -> str:
        if report.run is None:
            return _("Stopped; nothing was written.")
        return _("Stopped after %(rows)d rows, which stay. Take them back with --undo %(run)d.") % {
            "rows": report.rows,
            "run": report.run.pk,
        }

    def tell(self, report: Report, hidden_rows: int, *, dry_run: bool) -> None:
        for row, reason, *about in report.rejections:
            named = ", ".join(filter(None, about))
            self.stdout.write(
                _("Row %(row)d (%(record)s) is left out: %(reason)s")
                % {"row": row, "record": named, "reason": reason}
                if named
                else _("Row %(row)d is left out: %(reason)s") % {"row": row, "reason": reason}
            )
        self.tell_losses(report.losses)
        if report.skipped:
            self.stdout.write(
                ngettext(
                    "%(rows)d row is passed over, as the mapping says.",
                    "%(rows)d rows are passed over, as the mapping says.",
                    report.skipped,
                )
                % {"rows": report.skipped}
            )
        if hidden_rows:
            self.stdout.write(
                ngettext(
                    "%(rows)d hidden row is passed over.",
                    "%(rows)d hidden rows are passed over.",
                    hidden_rows,
                )
                % {"rows": hidden_rows}
            )
        self.stdout.write(
            _(
                "%(rows)d rows: %(created)d new, %(updated)d updated, %(unchanged)d unchanged, %(rejected)d rejected."
            )
            % report.counts()
        )
        if dry_run:
            self.stdout.write(_("This was a dry run; nothing was written."))
        elif report.run:
            self.stdout.write(
                _("This is import %(run)d; --undo %(run)d takes it back.") % {"run": report.run.pk}
            )

    def tell_losses(self, losses: Losses) -> None:
        for name, lost in sorted(losses.items()):
            if lost.not_understood:
                self.stdout.write(
                    ngettext(
                        "%(field)s: %(values)d value is not understood, and left out: %(examples)s.",
                        "%(field)s: %(values)d values are not understood, and left out: %(examples)s.",
                        lost.not_understood,
                    )
                    % {
                        "field": name,
                        "values": lost.not_understood,
                        "examples": ", ".join(f"“{example}”" for example in lost.examples),
                    }
                )
            if lost.shortened:
                self.stdout.write(
                    ngettext(
                        "%(field)s: %(values)d value is too long, and cut.",
                        "%(field)s: %(values)d values are too long, and cut.",
                        lost.shortened,
                    )
                    % {"field": name, "values": lost.shortened}
                )

    def list(self) -> None:
        for run in ImportRun.objects.all():
            state = _("undone") if run.undone_at else _("done") if run.finished_at else _("stopped half-way")
            counts = ", ".join(f"{name} {count}" for name, count in run.counts.items())
            self.stdout.write(
                f"{run.pk}\t{run.started_at:%Y-%m-%d %H:%M}\t{run.source}\t{run.file_name}\t{state}\t{counts}"
            )

    def undo(self, number: int) -> None:
        run = ImportRun.objects.filter(pk=number).first()
        if run is None:
            raise CommandError(
                _("There is no import %(run)d; see --list.") % {"run": number}, returncode=UNREADABLE
            )
        undone = undo_import(run=run)
        for record_id, why in undone.kept:
            self.stdout.write(_("%(record)s stays: %(why)s.") % {"record": record_id, "why": why})
        self.stdout.write(
            _(
                "Import %(run)d is undone: %(removed)d projects and %(organisations)d organisations removed, "
                "%(restored)d projects restored, %(kept)d kept."
            )
            % {
                "run": run.pk,
                "removed": undone.removed,
                "organisations": undone.organisations,
                "restored": undone.restored,
                "kept": len(undone.kept),
            }
        )
