"""A right that is taken is gone from everywhere with the next request, whatever a page, an index or a memory said.

Nothing here lets the worker run in between: what is refused is refused by what decides, not by what follows.
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
"""What is public only is in the feed, whoever asks."""


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
    """All of it to fewer: the project by its service, the rest as editors and staff do."""
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
WAYS: dict[str, tuple[str, str, Taken]] = {
    "an account closed": ("members", "member", account_closed),
    "a membership ended": ("organisation", "speaker", membership_ended),
    "letting in undone": ("organisation", "speaker", letting_in_undone),
    "a role taken": ("editors", "editor", role_taken),
    "staff no more": ("editors", "staff", staff_no_more),
    "narrowed for members": ("members", "member", narrowed),
    "narrowed for all": ("public", "visitor", narrowed),
    "taken down": ("public", "visitor", taken_down),
}
"""What happens: for whom the things were, who loses them, and how."""


def seen(browser: Client, things: Things) -> set[str]:
    """`surface: way` of all that still shows them."""
    reader = Reader(browser)
    return {
        f"{surface}: {way}"
        for surface in SURFACES
        for way, shown in SURFACES[surface](reader, things).items()
        if shown
    }


def find(things: Things) -> None:
    """Make the project findable, in an index that is filled once."""
    (backend,) = backends()
    try:
        backend.count()
    except NeverFilled:
        backend.replace([])
    sync({"project": [things.project.pk]})


@pytest.mark.parametrize("what", WAYS)
@pytest.mark.parametrize("backend", configured.SEARCH_BACKENDS)
def test_what_is_taken_is_gone_from_everywhere_at_once(what: str, backend: str, settings: Settings) -> None:
    settings.SEARCH_BACKENDS = [backend]
    audience, who, take = WAYS[what]
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


@pytest.mark.parametrize("what", WAYS)
async def test_an_open_socket_is_closed_and_not_let_in_again(what: str) -> None:
    audience, who, take = WAYS[what]
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
    """The code it was closed with, whatever was told before."""
    while (message := await socket.receive_output(5))["type"] == "websocket.send":
        pass
    return int(message["code"])


def test_a_closed_account_has_no_session_left_also_when_it_is_opened_again() -> None:
    world = World()
    browser, member = world.browser("member"), world.people["member"]
    profile = reverse("members:profile")
    assert browser.get(profile).status_code == 200
    for is_active in (False, True):
        member.is_active = is_active
        member.save()
        assert browser.get(profile).status_code == 302


def tell(member: Member, things: Things) -> UUID:
    """Of a letter about the things; the address of the member's feed."""
    notices.notify(
        kind="posts",
        member_ids=[member.pk],
        subject_id=things.project.subject_id,
        key=f"post:{things.post.number}",
        actor_id=things.post.author_id,
    )
    notices.renew_feed(member_id=member.pk)
    return Inbox.objects.get(pk=member.pk).feed_token


def test_what_concerned_a_former_member_is_gone_from_their_private_feed() -> None:
    """It asks for no session: its address alone opens it."""
    world = World()
    things, member = things_for(world, "organisation"), world.people["speaker"]
    token = tell(member, things)
    address = reverse("notifications:feed", args=[token])
    assert things.word in Client().get(address).content.decode()
    membership_ended(world, things, member)
    assert things.word not in Client().get(address).content.decode()
    account_closed(world, things, member)
    assert Client().get(address).status_code == 404
