from __future__ import annotations

import sys
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from mailbox import Maildir
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from community.mail import bounces, reports


class Command(BaseCommand):
    help = "Read bounces: one delivery status notification from standard input, or all mail of a Maildir."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--maildir", type=Path, help="Read the new and current mail of this Maildir and delete it."
        )

    def handle(self, *args: Any, maildir: Path | None, **options: Any) -> None:
        weights = [self.record(message) for message in self.messages(maildir)]
        counted = ", ".join(
            f"{weights.count(severity)} {name}"
            for name, severity in (("hard", bounces.Severity.HARD), ("soft", bounces.Severity.SOFT))
        )
        self.stdout.write(f"{len(weights)} read: {counted}")

    def messages(self, maildir: Path | None) -> Iterator[Message]:
        if maildir is None:
            yield message_from_bytes(sys.stdin.buffer.read())
            return
        if not (maildir / "new").is_dir():
            raise CommandError(f"{maildir} is no Maildir.")
        box = Maildir(maildir, create=False)
        for key in box.keys():  # noqa: SIM118 iterating the box yields messages
            yield box[key]
            # Delete the message only once it is in the database.
            box.discard(key)

    def record(self, message: Message) -> bounces.Severity:
        report = reports.read(message)
        if report is None:
            return bounces.Severity.NONE
        return bounces.record(delivery=report.delivery, status=report.status)
