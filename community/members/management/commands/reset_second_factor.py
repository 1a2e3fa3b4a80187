from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from community.members.models import Member
from community.members.services import reset_second_factor
from core.refusals import Refusal


class Command(BaseCommand):
    help = "Let a member who has lost both phone and recovery codes set up two-step sign-in again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("member", help="The e-mail address of the member.")
        parser.add_argument(
            "--by", required=True, help="The e-mail address of the staff member who has checked."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            member, actor = (Member.objects.get_by_natural_key(options[name]) for name in ("member", "by"))
            reset_second_factor(actor=actor, member=member)
        except Member.DoesNotExist as error:
            raise CommandError("There is no member with that address.") from error
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{member.email} is asked to set up two-step sign-in at the next sign-in.")
