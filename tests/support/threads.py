"""Members and threads, created as the site creates them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from community.discussions.models import Thread
from community.discussions.services import thread_of
from community.members.models import Member
from core.audience import PUBLIC
from knowledge.models import Work
from tests.support.subjects import show_to


def new_member(first_name: str = "Anna", **fields: object) -> Member:
    address = f"{uuid.uuid4().hex}@example.org"
    return Member.objects.create_user(
        address, "a long password", first_name=first_name, last_name="Ek", **fields
    )


def new_thread(audience: Iterable[str] = (PUBLIC,)) -> Thread:
    """Create a thread as for every subject: by saving the subject."""
    return thread_of(show_to(Work.objects.create(translation_key=uuid.uuid4(), kind="guide"), audience))
