"""The bell over a socket: a member gets only their own count, after the commit."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from community.discussions.services import post_message, thread_of
from community.members.models import Member
from community.notifications import services
from community.notifications.models import Inbox
from community.projects.models import Project
from core.audience import organisation_token
from tests.factories import MembershipFactory
from tests.support.notices import run_notices
from tests.support.sockets import Socket, socket_to
from tests.support.subjects import show_to
from tests.support.threads import new_member

pytestmark = [pytest.mark.embedded, pytest.mark.django_db(transaction=True)]


async def done(function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    return await sync_to_async(function)(*arguments, **named)


@asynccontextmanager
async def listening(member: Member) -> AsyncIterator[Socket]:
    """A socket to the member's own bell. Its `ready` event has been read."""
    socket = await socket_to(member.pk, member, kind="bell")
    assert await socket.open()
    assert (await socket.event())["type"] == "ready"
    yield socket
    await socket.close()


def write(project: Project, author: Member) -> None:
    post_message(thread=thread_of(project), actor=author, text=f"Hello {author.pk}")
    run_notices()


async def test_a_new_notice_sends_an_event_to_the_bell_of_its_member_only(project: Project) -> None:
    bo, eva = await done(new_member, "Bo"), await done(new_member, "Eva")
    async with listening(project.author) as annas, listening(eva) as evas:
        await done(write, project, bo)
        event = await annas.event()
        assert event["type"] == "notices_changed"
        assert event["unseen"] == 1
        inbox = await Inbox.objects.aget(pk=project.author_id)
        assert event["version"] == inbox.version
        await done(services.see_all, member_id=project.author_id)
        after = await annas.event()
        assert after["unseen"] == 0
        assert after["version"] == event["version"] + 1
        assert await evas.receive_nothing()


async def test_members_count_notices_of_a_subject_that_only_their_organisation_sees(project: Project) -> None:
    def hide_and_write() -> None:
        show_to(project, {organisation_token(project.organisation_id)})
        write(project, colleague)

    colleague = (await done(MembershipFactory, organisation=project.organisation)).member
    async with listening(project.author) as annas:
        await done(hide_and_write)
        assert (await annas.event())["unseen"] == 1


async def test_a_member_cannot_subscribe_to_the_bell_of_another(project: Project) -> None:
    bo, staff = await done(new_member, "Bo"), await done(new_member, "Eva", is_staff=True)
    for listener in (None, bo, staff):
        socket = await socket_to(project.author_id, listener, kind="bell")
        assert not await socket.open()


async def test_a_new_socket_gets_the_version_of_the_bell(project: Project) -> None:
    await done(write, project, await done(new_member, "Bo"))
    socket = await socket_to(project.author_id, project.author, kind="bell")
    await socket.open()
    inbox = await Inbox.objects.aget(pk=project.author_id)
    assert await socket.event() == {
        "topic": f"bell:{project.author_id}",
        "type": "ready",
        "version": inbox.version,
    }
    await socket.close()
