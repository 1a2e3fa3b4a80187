"""After a right is withdrawn, the next request to any page shows nothing, whatever a cache or the index still
contains.

The worker does not run in these tests: permission checks refuse access, not updates of derived data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings as configured
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from community.live.hub import Close
from community.members.models import Member
from community.members.roles import GROUPS
from community.notifications import services as notices
from community.notifications.models import Inbox
from community.organisations.answers import Answer
from community.organisations.models import Membership
from community.organisations.services import decline_membership, undo_answer
from community.projects.services import change_visibility, withdraw_project
from core.audience import EDITORS, STAFF
from knowledge.models import File, Work
from search.backends import NeverFilled, backends
from search.indexing import sync
from tests.permissions.things import SURFACES, Reader, Things, things_for
from tests.permissions.world import World
from tests.support.sockets import Socket, socket_to
from tests.support.subjects import show_to_and_announce

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.embedded]

WITHOUT_FEED = [surface for surface in SURFACES if surface != "feed"]
"""The feed contains public subjects only, for every reader."""


@pytest.fixture(autouse=True)
def _uploads(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def account_closed(world: World, things: Things, member: Member) -> None:
    member.is_active = False
    member.save()


def membership_ended(world: World, things: Things, member: Member) -> None:
    membership = Membership.objects.get(member=member, organisation=world.organisation)
    decline_membership(actor=world.people["administrator"], membership=membership)


def letting_in_undone(world: World, things: Things, member: Member) -> None:
    membership = Membership.objects.get(member=member, organisation=world.organisation)
    answer = replace(Answer.awaited(membership), confirmed_at=membership.confirmed_at)
    undo_answer(actor=world.people["administrator"], answer=answer)


def role_taken(world: World, things: Things, member: Member) -> None:
    member.groups.remove(Group.objects.get(name=GROUPS[EDITORS]))


def staff_no_more(world: World, things: Things, member: Member) -> None:
    member.is_staff = member.is_superuser = False
    member.save()


def narrowed(world: World, things: Things, member: Member | None) -> None:
    """Narrow the audience of all things: the project by its service, the rest as editors and staff do."""
    change_visibility(actor=world.colleague, project=things.project, to="organisation")
    things.project.refresh_from_db()
    audience = things.project.audience
    for thing in (things.file, things.other, Work.objects.get(pk=things.guide.work_id)):
        show_to_and_announce(thing, audience)


def taken_down(world: World, things: Things, member: Member | None) -> None:
    withdraw_project(actor=world.colleague, project=things.project)
    things.project.refresh_from_db()
    things.guide.unpublish()
    File.objects.filter(pk=things.file.pk).delete()
    show_to_and_announce(things.other, {STAFF})


Taken = Callable[[World, Things, Member | None], None]
WITHDRAWALS: dict[str, tuple[str, str, Taken]] = {
    "an account closed": ("members", "member", account_closed),
    "a membership ended": ("organisation", "speaker", membership_ended),
    "letting in undone": ("organisation", "speaker", letting_in_undone),
    "a role taken": ("editors", "editor", role_taken),
    "staff no more": ("editors", "staff", staff_no_more),
    "narrowed for members": ("members", "member", narrowed),
    "narrowed for all": ("public", "visitor", narrowed),
    "taken down": ("public", "visitor", taken_down),
}
"""Event → the audience of the things, the person who loses access, and the function that withdraws it."""


def seen(browser: Client, things: Things) -> set[str]:
    """Return `surface: route` for each surface and route that still shows the things."""
    reader = Reader(browser)
    return {
        f"{surface}: {route}"
        for surface in SURFACES
        for route, shown in SURFACES[surface](reader, things).items()
        if shown
    }


def find(things: Things) -> None:
    """Index the project. The index is filled once."""
    (backend,) = backends()
    try:
        backend.count()
    except NeverFilled:
        backend.replace([])
    sync({"project": [things.project.pk]})


@pytest.mark.parametrize("what", WITHDRAWALS)
@pytest.mark.parametrize("backend", configured.SEARCH_BACKENDS)
def test_withdrawn_things_are_gone_from_every_surface_at_once(
    what: str, backend: str, settings: Settings
) -> None:
    settings.SEARCH_BACKENDS = [backend]
    audience, who, take = WITHDRAWALS[what]
    world = World()
    things, browser = things_for(world, audience), world.browser(who)
    find(things)
    before = seen(browser, things)
    assert {one.partition(":")[0] for one in before} >= set(WITHOUT_FEED), "it was there"
    take(world, things, world.people[who])
    assert seen(browser, things) == set()
    assert (
        things.word in world.browser("administrator").get(things.project.get_absolute_url()).content.decode()
    )


@pytest.mark.parametrize("what", WITHDRAWALS)
async def test_an_open_socket_is_closed_and_cannot_be_opened_again(what: str) -> None:
    audience, who, take = WITHDRAWALS[what]
    world = await sync_to_async(World)()
    things = await sync_to_async(things_for)(world, audience)
    member = world.people[who]
    socket, again = [await socket_to(things.thread.pk, member) for _ in range(2)]
    assert await socket.open()
    assert (await socket.event())["type"] == "ready"
    await sync_to_async(take)(world, things, member)
    assert await closed_by(socket) == Close.RIGHTS_CHANGED
    assert not await again.open()


async def closed_by(socket: Socket) -> int:
    """Return the code with which the socket was closed; ignore earlier messages."""
    while (message := await socket.receive_output(5))["type"] == "websocket.send":
        pass
    return int(message["code"])


def test_a_closed_account_has_no_session_even_after_it_is_opened_again() -> None:
    world = World()
    browser, member = world.browser("member"), world.people["member"]
    profile = reverse("members:profile")
    assert browser.get(profile).status_code == 200
    for is_active in (False, True):
        member.is_active = is_active
        member.save()
        assert browser.get(profile).status_code == 302


def tell(member: Member, things: Things) -> UUID:
    """Notify the member of a post about the things. Return the token of the member's feed."""
    notices.notify(
        kind="posts",
        member_ids=[member.pk],
        subject_id=things.project.subject_id,
        key=f"post:{things.post.number}",
        actor_id=things.post.author_id,
    )
    notices.renew_feed(member_id=member.pk)
    return Inbox.objects.get(pk=member.pk).feed_token


def test_a_former_members_private_feed_no_longer_contains_the_organisations_subjects() -> None:
    """The feed needs no session: its address alone gives access."""
    world = World()
    things, member = things_for(world, "organisation"), world.people["speaker"]
    token = tell(member, things)
    address = reverse("notifications:feed", args=[token])
    assert things.word in Client().get(address).content.decode()
    membership_ended(world, things, member)
    assert things.word not in Client().get(address).content.decode()
    account_closed(world, things, member)
    assert Client().get(address).status_code == 404
