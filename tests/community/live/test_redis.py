"""The channel layer between processes, and without it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from pytest_django import Settings

from community.discussions import services
from community.live.hub import Close
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
publish("threads", int(sys.argv[1]), ThreadLocked(version=7))
member_changed(int(sys.argv[2]))
"""


@pytest.fixture
def start_redis(settings: Settings) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts a Redis of the test's own, always at the same address, and makes it the channel layer."""
    port, started = free_port(), []
    url = f"redis://127.0.0.1:{port}/0"
    redis = find_program("redis-server")
    if not redis:
        pytest.skip("not tested here: no redis-server program")

    def start() -> subprocess.Popen[bytes]:
        command = [redis, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        started.append(process)
        while not answers(url):
            assert process.poll() is None
        return process

    layers = deepcopy(settings.CHANNEL_LAYERS)
    layers["default"]["CONFIG"]["hosts"][0]["address"] = url
    settings.CHANNEL_LAYERS = layers
    yield start
    for process in started:
        process.kill()
        process.wait()


async def test_what_one_process_tells_reaches_the_sockets_of_another() -> None:
    thread, anna = await sync_to_async(new_thread)(), await sync_to_async(new_member)()
    async with following(thread) as reader, following(thread, anna) as annas:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        arguments = [sys.executable, "-c", PUBLISH_ELSEWHERE, str(thread.pk), str(anna.pk)]
        await sync_to_async(subprocess.run)(arguments, env=environment, check=True)
        assert await reader.event() == {"type": "thread_locked", "version": 7}
        assert (await annas.event())["version"] == 7
        assert await annas.close_code() == Close.RIGHTS_CHANGED
        assert await reader.receive_nothing()


async def test_many_posts_through_redis_arrive_all_and_in_order() -> None:
    thread, anna = await sync_to_async(new_thread)(), await sync_to_async(new_member)()

    def post_many() -> None:
        for number in range(30):
            services.post_message(thread=thread, author=anna, text=f"{number}")

    async with following(thread) as reader:
        await sync_to_async(post_many)()
        assert [(await reader.event())["version"] for _ in range(30)] == list(range(1, 31))


async def test_when_redis_dies_posting_goes_on_and_when_it_is_back_so_is_live(
    start_redis: Callable[[], subprocess.Popen[bytes]],
) -> None:
    redis = start_redis()
    thread, anna = await sync_to_async(new_thread)(), await sync_to_async(new_member)()
    async with following(thread) as reader:
        redis.kill()
        redis.wait()
        assert await reader.close_code() == Close.LAYER_LOST
    await sync_to_async(services.post_message)(thread=thread, author=anna, text="While it was dead")
    assert not await (await socket_to(thread.pk)).open()
    start_redis()
    # An old connection may break once more; a reader who keeps coming back is live again.
    for number in range(5):
        async with following(thread) as reader:
            await sync_to_async(services.post_message)(thread=thread, author=anna, text=f"Back: {number}")
            message = await reader.receive_output(5)
        if message["type"] == "websocket.send":
            break
    assert f"Back: {number}" in message.get("text", "")


def test_a_quiet_thread_keeps_its_sockets_through_redis() -> None:
    """The layer waits some seconds at a time for a message; the connection must have more patience than that."""
    layer: Any = get_channel_layer()
    assert all(host["socket_timeout"] > layer.brpop_timeout for host in layer.hosts)
