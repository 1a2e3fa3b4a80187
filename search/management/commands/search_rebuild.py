from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from search.backends import BackendUnavailable, backends
from search.indexing import rebuild, reconcile


class Command(BaseCommand):
    help = (
        "Fill the search index anew, or with --reconcile only repair it. Readers are answered all the while."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--backend", help="only this one: database or elastic")
        parser.add_argument(
            "--reconcile", action="store_true", help="only what is missing or should not be there"
        )

    def handle(self, *args: Any, backend: str | None, reconcile: bool, **options: Any) -> None:
        chosen = [one for one in backends() if backend in (None, one.name)]
        if not chosen:
            raise CommandError(f"There is no search backend “{backend}” here.")
        for one in chosen:
            try:
                self.stdout.write(f"{one.name}: {self._repair(one) if reconcile else self._rebuild(one)}")
            except BackendUnavailable as error:
                raise CommandError(f"{one.name} does not answer: {error}") from error

    def _rebuild(self, backend: Any) -> str:
        return f"{rebuild(backend)} records"

    def _repair(self, backend: Any) -> str:
        repairs = reconcile(backend)
        return f"{repairs.missing} were missing, {repairs.surplus} should not have been there"
