"""Sockets with Redis between the processes, and failures of Redis."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
import redis
from asgiref.sync import sync_to_async
from django.conf import settings as site
from pytest_django import Settings

from community.discussions import services
from community.live import pubsub
from community.live.events import ThreadLocked
from community.live.hub import Close, Frame, Subscriber, current_hub
from community.live.publish import publish
from tests.support.services.machine import find_program, free_port
from tests.support.services.redis import answers
from tests.support.sockets import following, socket_to
from tests.support.threads import new_member, new_thread

pytestmark = [pytest.mark.redis, pytest.mark.django_db(transaction=True)]

PUBLISH_ELSEWHERE = """
import sys
import django
django.setup()
from community.live.events import ThreadLocked
from community.live.publish import member_changed, publish
publish("thread", int(sys.argv[1]), ThreadLocked(version=7))
member_changed(int(sys.argv[2]))
"""


class Redis:
    """A Redis server of the test, at the same address after a restart."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen([find_program("redis-server"), *command], stdout=subprocess.DEVNULL)
        until = time.monotonic() + 30
        while not answers(self.url):
            assert self.process.poll() is None
            assert time.monotonic() < until

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait(30)


@pytest.fixture
def own_redis(settings: Settings) -> Iterator[Redis]:
    """A running Redis server, set as the site's."""
    redis = Redis()
    settings.REDIS_URL = redis.url
    try:
        redis.start()
        yield redis
    finally:
        redis.kill()


def kill_subscriptions() -> None:
    """Disconnect all subscribers. A server does this when its buffer for them is full."""
    with redis.Redis.from_url(site.REDIS_URL) as client:
        client.client_kill_filter(_type="pubsub")


async def test_an_event_reaches_the_sockets_of_another_process() -> None:
    thread, anna = await sync_to_async(new_thread)(), await sync_to_async(new_member)()
    async with following(thread) as reader, following(thread, anna) as annas:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        arguments = [sys.executable, "-c", PUBLISH_ELSEWHERE, str(thread.pk), str(anna.pk)]
        await sync_to_async(subprocess.run)(arguments, env=environment, check=True, timeout=60)
        topic = f"thread:{thread.pk}"
        assert await reader.event() == {"topic": topic, "type": "thread_locked", "version": 7}
        assert (await annas.event())["version"] == 7
        assert await annas.close_code() == Close.RIGHTS_CHANGED
        assert await reader.receive_nothing()


async def test_all_posts_arrive_through_redis_in_order() -> None:
    thread, anna = await sync_to_async(new_thread)(), await sync_to_async(new_member)()

    def post_many() -> None:
        for number in range(30):
            services.post_message(thread=thread, actor=anna, text=f"{number}")

    async with following(thread) as reader:
        await sync_to_async(post_many)()
        assert [(await reader.event())["version"] for _ in range(30)] == list(range(1, 31))


async def test_events_in_another_database_of_the_same_redis_are_not_received(settings: Settings) -> None:
    thread = await sync_to_async(new_thread)()
    ours = settings.REDIS_URL
    async with following(thread) as reader:
        settings.REDIS_URL = f"{ours.rpartition('/')[0]}/62"
        await sync_to_async(publish)("thread", thread.pk, ThreadLocked(version=1))
        settings.REDIS_URL = ours
        await sync_to_async(publish)("thread", thread.pk, ThreadLocked(version=2))
        assert (await reader.event())["version"] == 2


async def test_posting_works_while_redis_is_down_and_sockets_work_after_it_restarts(own_redis: Redis) -> None:
    thread, anna = await sync_to_async(new_thread)(), await sync_to_async(new_member)()
    async with following(thread) as reader:
        own_redis.kill()
        assert await reader.close_code() == Close.CONNECTION_LOST
    await sync_to_async(services.post_message)(thread=thread, actor=anna, text="While it was down")
    assert not await (await socket_to(thread.pk)).open()
    own_redis.start()
    async with following(thread) as reader:
        await sync_to_async(services.post_message)(thread=thread, actor=anna, text="Back")
        assert "Back" in (await reader.event())["html"]


async def test_a_broken_connection_closes_all_sockets_and_the_next_socket_reconnects(
    own_redis: Redis,
) -> None:
    thread, anna = await sync_to_async(new_thread)(), await sync_to_async(new_member)()
    async with following(thread) as reader, following(thread, anna) as annas:
        await sync_to_async(kill_subscriptions)()
        assert await reader.close_code() == Close.CONNECTION_LOST
        assert await annas.close_code() == Close.CONNECTION_LOST
    async with following(thread) as reader:
        await sync_to_async(publish)("thread", thread.pk, ThreadLocked(version=1))
        assert (await reader.event())["version"] == 1


async def test_a_redis_that_does_not_answer_closes_sockets_and_refuses_new_ones(
    own_redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stopped process behaves like a lost machine: connections are not refused, and no answer comes."""
    monkeypatch.setattr(pubsub, "HEARTBEAT", 1)
    thread = await sync_to_async(new_thread)()
    async with following(thread) as reader:
        assert await reader.receive_nothing(timeout=1.5), "a quiet thread keeps its sockets"
        assert own_redis.process
        own_redis.process.send_signal(signal.SIGSTOP)
        assert await reader.close_code() == Close.CONNECTION_LOST
        monkeypatch.setattr(pubsub, "TIMEOUT", 0.5)
        assert not await (await socket_to(thread.pk)).open()


async def test_a_connection_that_the_client_library_reconnected_counts_as_lost(own_redis: Redis) -> None:
    ours = await pubsub.subscribe()
    assert ours.connection
    await ours.connection.disconnect()
    with pytest.raises(pubsub.ConnectionLost):
        async for _messages in pubsub.messages(ours):
            pass
    await pubsub.close(ours)


async def test_a_hundred_subscribers_at_once_share_one_connection(own_redis: Redis) -> None:
    await asyncio.gather(*(current_hub().join(Subscriber(), [f"thread:{number}"]) for number in range(100)))
    with redis.Redis.from_url(own_redis.url) as client:
        assert len(client.client_list(_type="pubsub")) == 1


def test_the_connection_ends_with_its_event_loop(own_redis: Redis) -> None:
    async def follow() -> None:
        got: asyncio.Queue[Frame] = asyncio.Queue()
        await current_hub().join(subscriber := Subscriber(), ["thread:1"])
        subscriber.start(got.put)
        await sync_to_async(publish)("thread", 1, ThreadLocked(version=1))
        async with asyncio.timeout(5):
            await got.get()

    for _ in range(3):
        asyncio.run(follow())
    with redis.Redis.from_url(own_redis.url) as client:
        assert client.client_list(_type="pubsub") == []
