from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from pytest_django import Settings

from community.discussions import services
from community.discussions.models import Post, Thread
from community.live import hub, limits
from community.live.events import ThreadLocked
from community.live.hub import QUEUE_SIZE, Close, Frame, Subscriber, current_hub
from community.live.publish import publish
from community.live.topics import MAX_TOPICS, topic_name
from config.asgi import application
from core.audience import MEMBERS, STAFF, RightsChanged, rights_changed
from core.signals import send_on_commit
from subjects.services import derive_audiences
from tests.support.people import give_second_factor, take_second_factor
from tests.support.services.machine import free_port
from tests.support.sockets import Socket, following, session_of, socket_to
from tests.support.threads import new_member, new_thread

pytestmark = [pytest.mark.embedded, pytest.mark.django_db(transaction=True)]


async def call(function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Call the function in another thread, as a view does, and return its result."""
    return await sync_to_async(function)(*arguments, **named)


async def wait_until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0)


async def is_refused(socket: Socket) -> bool:
    return not await socket.open()


async def test_a_post_reaches_each_subscriber_with_the_fields_of_the_database() -> None:
    thread, anna = await call(new_thread), await call(new_member)
    async with following(thread) as reader, following(thread, anna) as author:
        post: Post = await call(services.post_message, thread=thread, actor=anna, text="*Hello*")
        event = await reader.event()
        assert event == {
            "topic": topic_name("thread", thread.pk),
            "type": "post_published",
            "version": 1,
            "number": 1,
            "html": post.html,
            "author_id": anna.pk,
            "author": "Anna Ek",
            "organisation": "",
            "published_at": post.created_at.isoformat(),
        }
        assert await author.event() == event, "the author gets the same event"


async def test_edits_removals_and_locking_are_sent_with_their_versions() -> None:
    thread, anna = await call(new_thread), await call(new_member)
    editor = await call(new_member, "Eva", is_staff=True)
    post = await call(services.post_message, thread=thread, actor=anna, text="Hello")
    async with following(thread) as reader:
        await call(services.edit_post, post=post, actor=anna, text="Hello again")
        await call(services.remove_post, post=post, actor=anna)
        await call(services.lock_thread, thread=thread, actor=editor)
        await call(services.unlock_thread, thread=thread, actor=editor)
        events = [await reader.event() for _ in range(4)]
    assert [(event["type"], event["version"]) for event in events] == [
        ("post_changed", 2),
        ("post_removed", 3),
        ("thread_locked", 4),
        ("thread_unlocked", 5),
    ]
    assert "html" not in events[1]
    assert "Hello" not in str(events[1:])


async def test_a_new_socket_gets_the_current_version() -> None:
    thread, anna = await call(new_thread), await call(new_member)
    await call(services.post_message, thread=thread, actor=anna, text="Before")
    socket = await socket_to(thread.pk)
    await socket.open()
    assert await socket.event() == {"topic": topic_name("thread", thread.pk), "type": "ready", "version": 1}
    await socket.close()


async def test_a_socket_is_refused_without_permission_to_see_the_thread() -> None:
    members_only, staff_only = await call(new_thread, {MEMBERS}), await call(new_thread, {STAFF})
    anna, eva = await call(new_member, "Anna"), await call(new_member, "Eva", is_staff=True)
    assert await is_refused(await socket_to(members_only.pk))
    assert await is_refused(await socket_to(staff_only.pk, anna))
    assert await is_refused(await socket_to(10**12, eva))
    assert await is_refused(await socket_to(staff_only.pk, eva, kind="secrets"))
    async with following(members_only, anna), following(staff_only, eva):
        pass


async def test_an_inactive_member_is_refused_like_a_visitor() -> None:
    thread, anna = await call(new_thread, {MEMBERS}), await call(new_member)
    socket = await socket_to(thread.pk, anna)
    anna.is_active = False
    await call(anna.save)
    assert await is_refused(socket)


@pytest.mark.parametrize(
    "origin", ["https://elsewhere.example", "http://testserver.elsewhere.example", "null", ""]
)
async def test_a_socket_from_another_origin_is_refused(origin: str) -> None:
    thread, anna = await call(new_thread), await call(new_member)
    assert await is_refused(await socket_to(thread.pk, anna, origin=origin))


async def test_changed_rights_close_the_sockets_of_that_member_only() -> None:
    thread, anna, bo = await call(new_thread), await call(new_member, "Anna"), await call(new_member, "Bo")
    async with following(thread, anna) as annas, following(thread, bo) as bos, following(thread) as public:
        await call(send_on_commit, rights_changed, RightsChanged(anna.pk))
        assert await annas.close_code() == Close.RIGHTS_CHANGED
        assert await bos.receive_nothing()
        assert await public.receive_nothing()


async def test_signing_out_closes_the_members_sockets() -> None:
    thread, anna = await call(new_thread, {MEMBERS}), await call(new_member)
    async with following(thread, anna) as socket:
        client = Client()
        await call(client.force_login, anna)
        await call(client.logout)
        assert await socket.close_code() == Close.RIGHTS_CHANGED


async def test_hiding_a_subject_closes_its_sockets_and_refuses_new_ones() -> None:
    thread: Thread = await call(new_thread)
    async with following(thread) as socket:
        await call(lambda: derive_audiences([thread.subject.object]))
        assert await socket.close_code() == Close.RIGHTS_CHANGED
    assert await is_refused(await socket_to(thread.pk))


async def test_an_event_is_encoded_once_and_the_last_socket_removes_the_topic() -> None:
    thread, anna = await call(new_thread), await call(new_member)
    sockets = [await socket_to(thread.pk) for _ in range(30)]
    assert all(await asyncio.gather(*(socket.open() for socket in sockets)))
    for socket in sockets:
        assert (await socket.event())["type"] == "ready"
    await call(services.post_message, thread=thread, actor=anna, text="To all")
    frames = [await socket.frame() for socket in sockets]
    assert len(set(map(id, frames))) == 1
    for socket in sockets[1:]:
        await socket.close()
    assert list(current_hub()._topics) == [topic_name("thread", thread.pk)]
    await sockets[0].close()
    assert current_hub()._topics == {}


class Browser:
    """The client of a socket. A test makes it stop reading with `reads.clear()`."""

    def __init__(self) -> None:
        self.got: list[Frame] = []
        self.reads = asyncio.Event()
        self.reads.set()

    async def send(self, frame: Frame) -> None:
        await self.reads.wait()
        self.got.append(frame)

    @property
    def versions(self) -> list[int]:
        return [json.loads(frame["text"])["version"] for frame in self.got if "text" in frame]


async def browsing() -> tuple[Subscriber, Browser]:
    subscriber, browser = Subscriber(), Browser()
    await current_hub().join(subscriber, ["thread:1"])
    subscriber.start(browser.send)
    return subscriber, browser


def publish_versions(*versions: int) -> None:
    for version in versions:
        publish("thread", 1, ThreadLocked(version=version))


async def test_a_slow_socket_is_closed_and_the_others_get_every_event() -> None:
    (_, slow), (_, quick) = await browsing(), await browsing()
    publish_versions(0)
    await wait_until(lambda: slow.versions == [0])
    slow.reads.clear()
    publish_versions(*range(1, QUEUE_SIZE + 3))
    await wait_until(lambda: quick.versions == list(range(QUEUE_SIZE + 3)))
    slow.reads.set()
    await wait_until(lambda: slow.got[-1]["type"] == "websocket.close")
    assert slow.got[-1]["code"] == Close.TOO_SLOW
    assert slow.versions == [0, 1], (
        "the frame that was being sent is sent; the client fetches the rest from the database"
    )
    publish_versions(100)
    await wait_until(lambda: quick.versions[-1] == 100)
    assert len(slow.got) == 3


async def test_a_socket_that_was_busy_gets_all_events_in_order() -> None:
    _, browser = await browsing()
    for first in range(1, 40, 10):
        browser.reads.clear()
        publish_versions(*range(first, first + 5))
        browser.reads.set()
        publish_versions(*range(first + 5, first + 10))
        await wait_until(lambda last=first + 9: browser.versions[-1:] == [last])
        assert browser.versions == list(range(1, first + 10))


async def test_a_client_that_disconnects_during_a_send_does_not_affect_others() -> None:
    (going, gone), (_, quick) = await browsing(), await browsing()

    async def raises(frame: Frame) -> None:
        raise ConnectionResetError

    gone.reads.clear()
    publish_versions(1)
    await wait_until(lambda: quick.versions == [1])
    going.stop()
    current_hub().leave(going)
    await current_hub().join(at_once := Subscriber(), ["thread:1"])
    at_once.start(raises)
    publish_versions(2, 3)
    await wait_until(lambda: quick.versions == [1, 2, 3])
    assert gone.got == []
    assert at_once.is_closed


async def test_without_redis_posting_works_and_sockets_are_refused(settings: Settings) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    thread, anna = await call(new_thread), await call(new_member)
    assert await is_refused(await socket_to(thread.pk, anna))
    post = await call(services.post_message, thread=thread, actor=anna, text="All the same")
    assert await thread.posts.aget() == post


async def test_malformed_and_unknown_events_are_ignored() -> None:
    thread = await call(new_thread)
    async with following(thread) as socket:
        current_hub().receive([{"type": "event"}, {"type": "of a later version", "topic": "thread:1"}])
        assert await socket.receive_nothing()


async def test_frames_from_a_client_are_ignored() -> None:
    thread, anna = await call(new_thread), await call(new_member)
    async with following(thread, anna) as socket:
        await socket.send_input({"type": "websocket.receive", "text": '{"type": "post_published"}'})
        await socket.send_input({"type": "websocket.receive", "bytes": b"\x00"})
        assert await socket.receive_nothing()
    assert await Post.objects.acount() == 0


async def test_a_socket_is_refused_until_two_step_sign_in_is_set_up() -> None:
    thread, editor = await call(new_thread), await call(new_member, "Eva", is_staff=True)
    await call(take_second_factor, editor)
    assert await is_refused(await socket_to(thread.pk, editor))
    await call(give_second_factor, editor)
    async with following(thread, editor):
        pass


async def test_the_number_of_sockets_of_a_member_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits.MEMBER, "most", 2)
    thread, anna, bo = await call(new_thread), await call(new_member, "Anna"), await call(new_member, "Bo")
    async with following(thread, anna):
        async with following(thread, anna):
            assert await is_refused(await socket_to(thread.pk, anna))
            async with following(thread, bo), following(thread), following(thread):
                pass
        async with following(thread, anna):
            assert await is_refused(await socket_to(thread.pk, anna))


async def test_the_number_of_sockets_of_an_address_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits.ADDRESS, "most", 2)
    thread, anna = await call(new_thread), await call(new_member)
    async with following(thread):
        async with following(thread, anna):
            assert await is_refused(await socket_to(thread.pk))
            elsewhere = await socket_to(thread.pk)
            elsewhere.scope["client"] = ("192.0.2.1", 1234)
            assert await elsewhere.open()
            await elsewhere.close()
        async with following(thread):
            assert await is_refused(await socket_to(thread.pk))


async def test_refused_and_broken_sockets_do_not_count_towards_the_limits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first socket is refused, the second disconnects before it is accepted, the third while it is open."""
    thread, anna = await call(new_thread, {MEMBERS}), await call(new_member)
    refused, gone = await socket_to(thread.pk), await socket_to(thread.pk, anna)
    assert await is_refused(refused)
    await refused.close()

    async def disconnected(message: Frame) -> None:
        raise ConnectionResetError

    await gone.input_queue.put({"type": "websocket.connect"})
    with pytest.raises(ConnectionResetError):
        await application(gone.scope, gone.input_queue.get, disconnected)  # type: ignore[arg-type]
    async with following(thread, anna):
        assert limits.MEMBER._held
    assert not limits.MEMBER._held
    assert not limits.ADDRESS._held
    assert current_hub()._topics == {}


async def test_a_forged_session_counts_as_a_visitor() -> None:
    thread, anna = await call(new_thread, {MEMBERS}), await call(new_member)
    session = await call(session_of, anna)
    socket = await socket_to(thread.pk)
    socket.scope["headers"].append((b"cookie", f"sessionid={session[::-1]}; other=1".encode()))
    assert await is_refused(socket)


# --- several topics


async def test_two_topics_share_one_socket_and_each_event_names_its_own() -> None:
    thread, other, anna = await call(new_thread), await call(new_thread), await call(new_member)
    bell, names = topic_name("bell", anna.pk), [topic_name("thread", one.pk) for one in (thread, other)]
    socket = await socket_to(thread.pk, anna, bell, names[1])
    assert await socket.open()
    assert [(await socket.event())["topic"] for _ in range(3)] == [names[0], bell, names[1]]
    await call(services.post_message, thread=other, actor=anna, text="There")
    await call(services.post_message, thread=thread, actor=anna, text="Here")
    events = [await socket.event() for _ in range(2)]
    assert [(event["topic"], event["version"]) for event in events] == [(names[1], 1), (names[0], 1)]
    await socket.close()
    assert current_hub()._topics == {}


async def test_a_topic_without_permission_is_refused_and_the_others_work() -> None:
    thread, staff_only, anna = await call(new_thread), await call(new_thread, {STAFF}), await call(new_member)
    hidden = topic_name("thread", staff_only.pk)
    refused = [hidden, "thread:999999999", "secrets:1", f"bell:{anna.pk + 1}", "thread:12/../", ""]
    socket = await socket_to(thread.pk, anna, *refused)
    assert await socket.open()
    assert (await socket.event())["type"] == "ready"
    for topic in refused[:-1]:
        assert await socket.event() == {"topic": topic, "version": 0, "type": "refused"}
    eva = await call(new_member, "Eva", is_staff=True)
    await call(services.post_message, thread=staff_only, actor=eva, text="Secret")
    assert await socket.receive_nothing()
    await call(services.post_message, thread=thread, actor=eva, text="Open")
    assert "Open" in (await socket.event())["html"]
    await socket.close()


async def test_events_published_during_the_permission_check_of_a_refused_topic_are_not_sent() -> None:
    subscriber, browser = Subscriber(), Browser()
    await current_hub().join(subscriber, ["thread:1", "thread:2"])
    publish("thread", 2, ThreadLocked(version=7))
    publish("thread", 1, ThreadLocked(version=1))
    await wait_until(lambda: len(subscriber._queue) == 2)
    current_hub().leave(subscriber, ["thread:2"])
    subscriber.start(browser.send)
    await wait_until(lambda: browser.versions == [1])
    publish("thread", 2, ThreadLocked(version=8))
    publish("thread", 1, ThreadLocked(version=2))
    await wait_until(lambda: len(browser.got) == 2)
    assert browser.versions == [1, 2]


async def test_the_number_of_topics_of_a_socket_is_limited() -> None:
    thread = await call(new_thread)
    others = [f"thread:{10**6 + number}" for number in range(MAX_TOPICS)]
    assert await is_refused(await socket_to(thread.pk, None, *others))
    socket = await socket_to(thread.pk, None, *others[1:], *others[1:])
    assert await socket.open(), "the same topic twice is one topic"
    await socket.close()
    assert await is_refused(await socket_to(thread.pk, None, "x" * 1000))


async def test_hiding_a_topic_closes_the_socket_and_refuses_the_topic_when_it_reconnects() -> None:
    thread, other = await call(new_thread), await call(new_thread)
    name = topic_name("thread", other.pk)
    socket = await socket_to(thread.pk, None, name)
    assert await socket.open()
    assert [(await socket.event())["type"] for _ in range(2)] == ["ready", "ready"]
    await call(lambda: derive_audiences([other.subject.object]))
    assert await socket.close_code() == Close.RIGHTS_CHANGED
    again = await socket_to(thread.pk, None, name)
    assert await again.open()
    assert [(await again.event())["type"] for _ in range(2)] == ["ready", "refused"]
    await again.close()


# --- heartbeats


async def test_a_heartbeat_sends_the_version_of_the_database_also_after_lost_events(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hub, "HEARTBEAT", 0.2)
    thread, anna = await call(new_thread), await call(new_member)
    socket = await socket_to(thread.pk, anna, topic_name("bell", anna.pk), heartbeats=True)
    assert await socket.open()
    first = [await socket.event() for _ in range(2)]
    # The state after a change whose event could not be published to Redis.
    await call(Thread.objects.filter(pk=thread.pk).update, version=5)
    heartbeats = [await socket.event() for _ in range(4)]
    assert {event["type"] for event in heartbeats} == {"ready"}
    assert heartbeats[-2:] == [first[0] | {"version": 5}, first[1]]
    await socket.close()


async def test_a_heartbeat_closes_the_sockets_of_a_deleted_topic(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hub, "HEARTBEAT", 0.2)
    thread: Thread = await call(new_thread)
    async with following(thread) as socket:
        # Deletes the row only in the database, without a signal.
        await call(Thread.objects.filter(pk=thread.pk)._raw_delete, "default")
        assert await socket.close_code() == Close.RIGHTS_CHANGED


async def test_heartbeats_continue_after_the_database_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "HEARTBEAT", 0.05)
    reading, failures = hub.read_versions, iter([OSError("down"), OSError("down")])

    async def read(topics: list[str]) -> dict[str, int]:
        for failure in failures:
            raise failure
        return await reading(topics)

    monkeypatch.setattr(hub, "read_versions", read)
    socket = await socket_to((await call(new_thread)).pk, heartbeats=True)
    assert await socket.open()
    assert [(await socket.event())["type"] for _ in range(2)] == ["ready", "ready"]
    await socket.close()
