from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from demonstration.load import load_demonstration


class Command(BaseCommand):
    help = "Load what is missing of the demonstration: organisations, members, projects, pages and threads."

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        loaded = load_demonstration()
        if not verbosity:
            return
        for name, number in loaded.items():
            self.stdout.write(f"  {number:>4} {name}")
        self.stdout.write("Loaded. Sign in as" if loaded else "Everything was there. Sign in as")
        call_command("demonstration_accounts", stdout=self.stdout)
