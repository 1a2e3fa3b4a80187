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


async def done(function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """The answer of what the site does in another thread, as a view does."""
    return await sync_to_async(function)(*arguments, **named)


async def wait_until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0)


async def is_refused(socket: Socket) -> bool:
    return not await socket.open()


async def test_a_post_reaches_every_follower_as_it_stands_in_the_database() -> None:
    thread, anna = await done(new_thread), await done(new_member)
    async with following(thread) as reader, following(thread, anna) as author:
        post: Post = await done(services.post_message, thread=thread, actor=anna, text="*Hello*")
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
        assert await author.event() == event, "the author's own tab is told the same"


async def test_edits_removals_and_closing_are_told_with_their_versions() -> None:
    thread, anna = await done(new_thread), await done(new_member)
    editor = await done(new_member, "Eva", is_staff=True)
    post = await done(services.post_message, thread=thread, actor=anna, text="Hello")
    async with following(thread) as reader:
        await done(services.edit_post, post=post, actor=anna, text="Hello again")
        await done(services.remove_post, post=post, actor=anna)
        await done(services.lock_thread, thread=thread, actor=editor)
        await done(services.unlock_thread, thread=thread, actor=editor)
        told = [await reader.event() for _ in range(4)]
    assert [(event["type"], event["version"]) for event in told] == [
        ("post_changed", 2),
        ("post_removed", 3),
        ("thread_locked", 4),
        ("thread_unlocked", 5),
    ]
    assert "html" not in told[1]
    assert "Hello" not in str(told[1:])


async def test_a_new_socket_is_told_the_version_it_starts_from() -> None:
    thread, anna = await done(new_thread), await done(new_member)
    await done(services.post_message, thread=thread, actor=anna, text="Before")
    socket = await socket_to(thread.pk)
    await socket.open()
    assert await socket.event() == {"topic": topic_name("thread", thread.pk), "type": "ready", "version": 1}
    await socket.close()


async def test_who_may_not_see_the_thread_gets_no_socket() -> None:
    members_only, staff_only = await done(new_thread, {MEMBERS}), await done(new_thread, {STAFF})
    anna, eva = await done(new_member, "Anna"), await done(new_member, "Eva", is_staff=True)
    assert await is_refused(await socket_to(members_only.pk))
    assert await is_refused(await socket_to(staff_only.pk, anna))
    assert await is_refused(await socket_to(10**12, eva))
    assert await is_refused(await socket_to(staff_only.pk, eva, kind="secrets"))
    async with following(members_only, anna), following(staff_only, eva):
        pass


async def test_a_member_who_is_no_longer_active_is_nobody() -> None:
    thread, anna = await done(new_thread, {MEMBERS}), await done(new_member)
    socket = await socket_to(thread.pk, anna)
    anna.is_active = False
    await done(anna.save)
    assert await is_refused(socket)


@pytest.mark.parametrize(
    "origin", ["https://elsewhere.example", "http://testserver.elsewhere.example", "null", ""]
)
async def test_a_page_of_another_site_gets_no_socket(origin: str) -> None:
    thread, anna = await done(new_thread), await done(new_member)
    assert await is_refused(await socket_to(thread.pk, anna, origin=origin))


async def test_changed_rights_close_the_members_sockets_and_nobody_elses() -> None:
    thread, anna, bo = await done(new_thread), await done(new_member, "Anna"), await done(new_member, "Bo")
    async with following(thread, anna) as annas, following(thread, bo) as bos, following(thread) as public:
        await done(send_on_commit, rights_changed, RightsChanged(anna.pk))
        assert await annas.close_code() == Close.RIGHTS_CHANGED
        assert await bos.receive_nothing()
        assert await public.receive_nothing()


async def test_signing_out_closes_the_members_sockets() -> None:
    thread, anna = await done(new_thread, {MEMBERS}), await done(new_member)
    async with following(thread, anna) as socket:
        client = Client()
        await done(client.force_login, anna)
        await done(client.logout)
        assert await socket.close_code() == Close.RIGHTS_CHANGED


async def test_a_subject_that_is_withdrawn_closes_its_sockets_and_lets_no_one_back() -> None:
    thread: Thread = await done(new_thread)
    async with following(thread) as socket:
        await done(lambda: derive_audiences([thread.subject.object]))
        assert await socket.close_code() == Close.RIGHTS_CHANGED
    assert await is_refused(await socket_to(thread.pk))


async def test_an_event_is_encoded_once_for_all_sockets_and_the_last_takes_the_topic_along() -> None:
    thread, anna = await done(new_thread), await done(new_member)
    sockets = [await socket_to(thread.pk) for _ in range(30)]
    assert all(await asyncio.gather(*(socket.open() for socket in sockets)))
    for socket in sockets:
        assert (await socket.event())["type"] == "ready"
    await done(services.post_message, thread=thread, actor=anna, text="To all")
    told = [await socket.frame() for socket in sockets]
    assert len(set(map(id, told))) == 1
    for socket in sockets[1:]:
        await socket.close()
    assert list(current_hub()._topics) == [topic_name("thread", thread.pk)]
    await sockets[0].close()
    assert current_hub()._topics == {}


class Browser:
    """The end of a socket that stops reading when told to."""

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


def tell(*versions: int) -> None:
    for version in versions:
        publish("thread", 1, ThreadLocked(version=version))


async def test_a_slow_socket_is_dropped_and_the_others_miss_nothing() -> None:
    (_, slow), (_, quick) = await browsing(), await browsing()
    tell(0)
    await wait_until(lambda: slow.versions == [0])
    slow.reads.clear()
    tell(*range(1, QUEUE_SIZE + 3))
    await wait_until(lambda: quick.versions == list(range(QUEUE_SIZE + 3)))
    slow.reads.set()
    await wait_until(lambda: slow.got[-1]["type"] == "websocket.close")
    assert slow.got[-1]["code"] == Close.TOO_SLOW
    assert slow.versions == [0, 1], "a frame whose writing began is written; the rest is in the database"
    tell(100)
    await wait_until(lambda: quick.versions[-1] == 100)
    assert len(slow.got) == 3


async def test_a_socket_that_was_busy_for_a_while_gets_all_in_order() -> None:
    _, browser = await browsing()
    for first in range(1, 40, 10):
        browser.reads.clear()
        tell(*range(first, first + 5))
        browser.reads.set()
        tell(*range(first + 5, first + 10))
        await wait_until(lambda last=first + 9: browser.versions[-1:] == [last])
        assert browser.versions == list(range(1, first + 10))


async def test_a_browser_that_goes_while_something_is_written_disturbs_nobody() -> None:
    (going, gone), (_, quick) = await browsing(), await browsing()

    async def raises(frame: Frame) -> None:
        raise ConnectionResetError

    gone.reads.clear()
    tell(1)
    await wait_until(lambda: quick.versions == [1])
    going.stop()
    current_hub().leave(going)
    await current_hub().join(at_once := Subscriber(), ["thread:1"])
    at_once.start(raises)
    tell(2, 3)
    await wait_until(lambda: quick.versions == [1, 2, 3])
    assert gone.got == []
    assert at_once.is_closed


async def test_a_dead_line_never_stops_a_post_and_sockets_are_asked_to_come_again(settings: Settings) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    thread, anna = await done(new_thread), await done(new_member)
    assert await is_refused(await socket_to(thread.pk, anna))
    post = await done(services.post_message, thread=thread, actor=anna, text="All the same")
    assert await thread.posts.aget() == post


async def test_what_is_no_event_of_ours_is_no_event_at_all() -> None:
    thread = await done(new_thread)
    async with following(thread) as socket:
        current_hub().receive([{"type": "event"}, {"type": "of a later version", "topic": "thread:1"}])
        assert await socket.receive_nothing()


async def test_what_a_reader_sends_is_nobodys_business() -> None:
    thread, anna = await done(new_thread), await done(new_member)
    async with following(thread, anna) as socket:
        await socket.send_input({"type": "websocket.receive", "text": '{"type": "post_published"}'})
        await socket.send_input({"type": "websocket.receive", "bytes": b"\x00"})
        assert await socket.receive_nothing()
    assert await Post.objects.acount() == 0


async def test_a_socket_is_refused_until_two_step_sign_in_is_set_up() -> None:
    thread, editor = await done(new_thread), await done(new_member, "Eva", is_staff=True)
    await done(take_second_factor, editor)
    assert await is_refused(await socket_to(thread.pk, editor))
    await done(give_second_factor, editor)
    async with following(thread, editor):
        pass


async def test_a_member_holds_so_many_sockets_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits.MEMBER, "most", 2)
    thread, anna, bo = await done(new_thread), await done(new_member, "Anna"), await done(new_member, "Bo")
    async with following(thread, anna):
        async with following(thread, anna):
            assert await is_refused(await socket_to(thread.pk, anna))
            async with following(thread, bo), following(thread), following(thread):
                pass
        async with following(thread, anna):
            assert await is_refused(await socket_to(thread.pk, anna))


async def test_an_address_holds_so_many_sockets_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits.ADDRESS, "most", 2)
    thread, anna = await done(new_thread), await done(new_member)
    async with following(thread):
        async with following(thread, anna):
            assert await is_refused(await socket_to(thread.pk))
            elsewhere = await socket_to(thread.pk)
            elsewhere.scope["client"] = ("192.0.2.1", 1234)
            assert await elsewhere.open()
            await elsewhere.close()
        async with following(thread):
            assert await is_refused(await socket_to(thread.pk))


async def test_whatever_becomes_of_sockets_their_places_are_free_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first is refused, the second disconnects before it is accepted, the third breaks while it receives."""
    thread, anna = await done(new_thread, {MEMBERS}), await done(new_member)
    refused, gone = await socket_to(thread.pk), await socket_to(thread.pk, anna)
    assert await is_refused(refused)
    await refused.close()

    async def vanished(message: Frame) -> None:
        raise ConnectionResetError

    await gone.input_queue.put({"type": "websocket.connect"})
    with pytest.raises(ConnectionResetError):
        await application(gone.scope, gone.input_queue.get, vanished)  # type: ignore[arg-type]
    async with following(thread, anna):
        assert limits.MEMBER._held
    assert not limits.MEMBER._held
    assert not limits.ADDRESS._held
    assert current_hub()._topics == {}


async def test_a_forged_session_is_the_public() -> None:
    thread, anna = await done(new_thread, {MEMBERS}), await done(new_member)
    session = await done(session_of, anna)
    socket = await socket_to(thread.pk)
    socket.scope["headers"].append((b"cookie", f"sessionid={session[::-1]}; other=1".encode()))
    assert await is_refused(socket)


# --- several topics


async def test_two_topics_share_one_socket_and_each_event_names_its_own() -> None:
    thread, other, anna = await done(new_thread), await done(new_thread), await done(new_member)
    bell, names = topic_name("bell", anna.pk), [topic_name("thread", one.pk) for one in (thread, other)]
    socket = await socket_to(thread.pk, anna, bell, names[1])
    assert await socket.open()
    assert [(await socket.event())["topic"] for _ in range(3)] == [names[0], bell, names[1]]
    await done(services.post_message, thread=other, actor=anna, text="There")
    await done(services.post_message, thread=thread, actor=anna, text="Here")
    events = [await socket.event() for _ in range(2)]
    assert [(event["topic"], event["version"]) for event in events] == [(names[1], 1), (names[0], 1)]
    await socket.close()
    assert current_hub()._topics == {}


async def test_a_topic_that_one_may_not_see_is_refused_and_the_others_work() -> None:
    thread, staff_only, anna = await done(new_thread), await done(new_thread, {STAFF}), await done(new_member)
    hidden = topic_name("thread", staff_only.pk)
    refused = [hidden, "thread:999999999", "secrets:1", f"bell:{anna.pk + 1}", "thread:12/../", ""]
    socket = await socket_to(thread.pk, anna, *refused)
    assert await socket.open()
    assert (await socket.event())["type"] == "ready"
    for topic in refused[:-1]:
        assert await socket.event() == {"topic": topic, "version": 0, "type": "refused"}
    eva = await done(new_member, "Eva", is_staff=True)
    await done(services.post_message, thread=staff_only, actor=eva, text="Secret")
    assert await socket.receive_nothing()
    await done(services.post_message, thread=thread, actor=eva, text="Open")
    assert "Open" in (await socket.event())["html"]
    await socket.close()


async def test_what_is_published_while_permission_is_checked_is_not_sent_for_a_refused_topic() -> None:
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


async def test_a_socket_asks_for_so_many_topics_and_no_more() -> None:
    thread = await done(new_thread)
    others = [f"thread:{10**6 + number}" for number in range(MAX_TOPICS)]
    assert await is_refused(await socket_to(thread.pk, None, *others))
    socket = await socket_to(thread.pk, None, *others[1:], *others[1:])
    assert await socket.open(), "the same topic twice is one topic"
    await socket.close()
    assert await is_refused(await socket_to(thread.pk, None, "x" * 1000))


async def test_a_narrowed_topic_closes_the_socket_and_is_refused_when_it_returns() -> None:
    thread, other = await done(new_thread), await done(new_thread)
    name = topic_name("thread", other.pk)
    socket = await socket_to(thread.pk, None, name)
    assert await socket.open()
    assert [(await socket.event())["type"] for _ in range(2)] == ["ready", "ready"]
    await done(lambda: derive_audiences([other.subject.object]))
    assert await socket.close_code() == Close.RIGHTS_CHANGED
    again = await socket_to(thread.pk, None, name)
    assert await again.open()
    assert [(await again.event())["type"] for _ in range(2)] == ["ready", "refused"]
    await again.close()


# --- heartbeats


async def test_a_heartbeat_says_the_version_of_the_database_whatever_was_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hub, "HEARTBEAT", 0.2)
    thread, anna = await done(new_thread), await done(new_member)
    socket = await socket_to(thread.pk, anna, topic_name("bell", anna.pk), heartbeats=True)
    assert await socket.open()
    first = [await socket.event() for _ in range(2)]
    # As when the publishing process could not reach Redis.
    await done(Thread.objects.filter(pk=thread.pk).update, version=5)
    heartbeats = [await socket.event() for _ in range(4)]
    assert {event["type"] for event in heartbeats} == {"ready"}
    assert heartbeats[-2:] == [first[0] | {"version": 5}, first[1]]
    await socket.close()


async def test_a_heartbeat_closes_the_sockets_of_a_topic_that_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hub, "HEARTBEAT", 0.2)
    thread: Thread = await done(new_thread)
    async with following(thread) as socket:
        # The database alone: no signal tells of it.
        await done(Thread.objects.filter(pk=thread.pk)._raw_delete, "default")
        assert await socket.close_code() == Close.RIGHTS_CHANGED


async def test_a_database_that_fails_ends_no_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "HEARTBEAT", 0.05)
    reading, failures = hub.read_versions, iter([OSError("away"), OSError("away")])

    async def read(topics: list[str]) -> dict[str, int]:
        for failure in failures:
            raise failure
        return await reading(topics)

    monkeypatch.setattr(hub, "read_versions", read)
    socket = await socket_to((await done(new_thread)).pk, heartbeats=True)
    assert await socket.open()
    assert [(await socket.event())["type"] for _ in range(2)] == ["ready", "ready"]
    await socket.close()
