"""Roles of members on the whole site. Staff put members into a group; its members hold the role's token.

The council has no actions of its own yet: it may do what every member may.
"""

from __future__ import annotations

from django.contrib.auth.models import Group

from core.audience import COUNCIL, EDITORS, MODERATORS
from knowledge.seeding import EDITORS as EDITORS_GROUP

GROUPS = {EDITORS: EDITORS_GROUP, MODERATORS: "Moderatorer", COUNCIL: "AI-rådet"}
TOKENS = {group: token for token, group in GROUPS.items()}


def seed_roles() -> None:
    """Create a group for every role. Idempotent."""
    for name in GROUPS.values():
        Group.objects.get_or_create(name=name)
