"""One organisation, and one person of each kind in the table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, Group
from django.db import transaction
from django.test import Client
from django.utils import timezone

from community.members.models import Member
from community.members.roles import GROUPS
from community.organisations.models import Role
from core.audience import COUNCIL, EDITORS, MODERATORS, Viewer, viewer_for
from tests.factories import MemberFactory, MembershipFactory, OrganisationFactory
from tests.permissions.table import PERSONS
from tests.support.sockets import session_of

ROLES = {"moderator": MODERATORS, "editor": EDITORS, "council": COUNCIL}


class World:
    """`people` by the table's names; the visitor is None. `colleague` also speaks for the organisation and created the
    objects; `stranger` is a member of another organisation."""

    def __init__(self) -> None:
        self.organisation = OrganisationFactory(claimed_at=timezone.now())
        self.people: dict[str, Member | None] = {who: self._person(who) for who in PERSONS}
        self.colleague = self._of_it(Role.MEMBER)
        self.stranger = MembershipFactory().member
        self._sessions = {who: session_of(member) for who, member in self.people.items() if member}

    def _person(self, who: str) -> Member | None:
        match who:
            case "visitor":
                return None
            case "waiting":
                return MembershipFactory(organisation=self.organisation, waiting=True).member
            case "speaker":
                return self._of_it(Role.MEMBER)
            case "administrator":
                return self._of_it(Role.ADMIN)
            case "staff":
                return MemberFactory(is_staff=True, is_superuser=True)
        member = MemberFactory()
        if role := ROLES.get(who):
            member.groups.add(Group.objects.get(name=GROUPS[role]))
        return member

    def _of_it(self, role: str) -> Member:
        return MembershipFactory(organisation=self.organisation, role=role).member

    def browser(self, who: str) -> Client:
        """Return a new browser, signed in as this person. A signed-out browser stays signed out."""
        client = Client()
        if who in self._sessions:
            client.cookies[settings.SESSION_COOKIE_NAME] = self._sessions[who]
        return client

    def viewer(self, who: str) -> Viewer:
        return viewer_for(self.people[who] or AnonymousUser())


@contextmanager
def undone() -> Iterator[None]:
    """Roll back everything inside the block."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def rows(model: Any, *fields: str) -> list[Any]:
    """Return the rows of a table, to compare them with later ones."""
    return list(model._base_manager.order_by("pk").values_list("pk", *fields))
