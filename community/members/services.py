from __future__ import annotations

from django.db import transaction

from community.members import policies
from community.members.models import Member


@transaction.atomic
def edit_profile(*, actor: Member, member: Member, first_name: str, last_name: str, title: str) -> None:
    policies.can_edit_profile(actor, member).require()
    member.first_name, member.last_name, member.title = first_name, last_name, title
    member.save(update_fields=["first_name", "last_name", "title"])
