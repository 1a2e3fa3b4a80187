"""Several workers at the same time, and tasks that are stored in the transaction of their cause."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from community.discussions.models import Post
from community.discussions.services import post_message, thread_of
from community.mail.models import Delivery
from community.notifications import services, tasks
from community.notifications.models import Event, Inbox, Notice
from community.projects.models import Project
from core.tasks import task
from tests.factories import MemberFactory, MembershipFactory
from tests.operations.test_worker import working
from tests.support.notices import run_notices
from tests.support.processes import wait_until
from tests.support.tasks import run_due_tasks

pytestmark = [pytest.mark.embedded, pytest.mark.django_db(transaction=True)]


@task()
def other_work() -> None:
    pass


def at_once(*actions: Callable[[], Any]) -> None:
    """Run the actions at the same time, each in its own thread and connection."""
    gate, faults = threading.Barrier(len(actions)), []

    def run(action: Callable[[], Any]) -> None:
        gate.wait(10)
        try:
            action()
        except Exception as fault:  # noqa: BLE001
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[action]) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert faults == []


def posts(project: Project, count: int) -> list[Post]:
    bo = MemberFactory()
    return [post_message(thread=thread_of(project), actor=bo, text=f"Post {n}") for n in range(count)]


def test_a_post_that_is_rolled_back_enqueues_no_task(project: Project) -> None:
    def fail() -> None:
        with transaction.atomic():
            posts(project, 1)
            raise RuntimeError

    before = DBTaskResult.objects.count()
    with pytest.raises(RuntimeError):
        fail()
    assert DBTaskResult.objects.count() == before
    posts(project, 1)
    assert DBTaskResult.objects.filter(task_path=tasks.tell_of_post.module_path).count() == 1


def test_concurrent_tasks_record_each_post_once(project: Project) -> None:
    colleagues = MembershipFactory.create_batch(5, organisation=project.organisation)
    made = posts(project, 4)
    at_once(*(lambda post=post: tasks.tell_of_post.call(post_id=post.pk) for post in [*made, *made[:2]]))
    assert Event.objects.count() == 4
    for notice in Notice.objects.with_events():
        assert notice.count == 4
    assert Notice.objects.count() == 1 + len(colleagues)


def test_a_full_notices_queue_does_not_block_other_queues(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, released = threading.Event(), threading.Event()

    def block(**arguments: Any) -> None:
        begun.set()
        assert released.wait(20)

    monkeypatch.setattr(services, "notify", block)
    posts(project, 20)
    waiting = DBTaskResult.objects.ready().filter(task_path=tasks.tell_of_post.module_path)
    others = [name for name in settings.TASKS["default"]["QUEUES"] if name != "notices"]
    with working():
        assert begun.wait(10)
        for name in others:
            other_work.using(queue_name=name).enqueue()
        done = DBTaskResult.objects.successful().filter(task_path=other_work.module_path)
        wait_until(lambda: done.count() == len(others))
        assert waiting.count() == 19
        released.set()
        wait_until(lambda: not waiting.exists())


def test_a_task_that_an_older_release_put_in_another_queue_still_runs(project: Project) -> None:
    posts(project, 1)
    DBTaskResult.objects.filter(task_path=tasks.tell_of_post.module_path).update(queue_name="default")
    run_due_tasks()
    assert Notice.objects.exists()


def test_two_workers_send_one_digest(project: Project) -> None:
    posts(project, 2)
    run_notices()
    Inbox.objects.exclude(digest_due=None).update(digest_due=timezone.now())
    at_once(tasks.queue_due_digests.call, tasks.queue_due_digests.call)
    queued = DBTaskResult.objects.filter(task_path=tasks.mail_digest.module_path)
    assert queued.count() == 1
    given = queued.get().args_kwargs["kwargs"]
    at_once(*(lambda: tasks.mail_digest.call(**given) for _ in range(2)))
    assert Delivery.objects.filter(stream="digest").count() == 1
    assert not Notice.objects.unmailed().exists()
