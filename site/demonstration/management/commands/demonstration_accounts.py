from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from demonstration.accounts import CODE, PASSWORD, shown_accounts


class Command(BaseCommand):
    help = "Show the accounts to try the site with."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        for email, title in shown_accounts():
            self.stdout.write(f"  {email}  ({title})")
        self.stdout.write(f"  password for all: {PASSWORD}")
        self.stdout.write(f"  code, where a second step asks for one: {CODE}")
