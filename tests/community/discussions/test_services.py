from __future__ import annotations

import threading
import uuid
from collections.abc import Callable

import pytest
from django.db import close_old_connections, connection, transaction
from pytest_django import DjangoCaptureOnCommitCallbacks

from community.discussions import refusals, services
from community.discussions.models import Post, Thread
from community.discussions.services import thread_of
from community.discussions.signals import PostPublished, post_published
from community.members.models import Member
from core.audience import STAFF
from knowledge.models import Work
from subjects.services import create_subjects, set_visibility
from tests.factories import OrganisationFactory
from tests.support.threads import new_member, new_thread


def test_each_change_takes_the_next_version_and_post_numbers_never_change(
    thread: Thread, anna: Member, editor: Member
) -> None:
    first = services.post_message(thread=thread, actor=anna, text="One")
    second = services.post_message(thread=thread, actor=anna, text="Two")
    first = services.edit_post(post=first, actor=anna, text="One, better")
    services.remove_post(post=second, actor=anna)
    third = services.post_message(thread=thread, actor=anna, text="Three")
    thread = services.lock_thread(thread=thread, actor=editor)

    rows = list(Post.objects.order_by("number").values_list("number", "version", "text"))
    assert rows == [(1, 3, "One, better"), (2, 4, ""), (3, 5, "Three")]
    assert (third.number, thread.version, thread.post_count) == (3, 6, 3)


def test_a_removed_post_keeps_its_number_and_loses_its_text(thread: Thread, anna: Member) -> None:
    post = services.post_message(thread=thread, actor=anna, text="A secret")
    services.remove_post(post=post, actor=anna)
    again = services.remove_post(post=post, actor=anna)
    post.refresh_from_db()
    assert (post.number, post.text, post.html) == (1, "", "")
    assert again.version == 2, "removing twice is one change"
    with pytest.raises(refusals.PostGone):
        services.edit_post(post=post, actor=anna, text="Back")


def test_the_html_of_a_post_is_sanitised_when_it_is_saved(thread: Thread, anna: Member) -> None:
    post = services.post_message(
        thread=thread, actor=anna, text="**Hi** <script>alert(1)</script> [x](javascript:1)"
    )
    assert "<strong>Hi</strong>" in post.html
    assert "<script" not in post.html
    assert 'href="javascript' not in post.html


def test_a_locked_thread_refuses_posts_and_edits_until_it_is_unlocked(
    thread: Thread, anna: Member, editor: Member
) -> None:
    post = services.post_message(thread=thread, actor=anna, text="Before")
    locked = services.lock_thread(thread=thread, actor=editor)
    again = services.lock_thread(thread=thread, actor=editor)
    assert again.version == locked.version, "locking twice is one change"
    with pytest.raises(refusals.ThreadLocked):
        services.post_message(thread=thread, actor=anna, text="Too late")
    with pytest.raises(refusals.ThreadLocked):
        services.edit_post(post=post, actor=anna, text="Too late")
    services.unlock_thread(thread=thread, actor=editor)
    assert services.post_message(thread=thread, actor=anna, text="After").number == 2


def test_a_form_that_is_sent_twice_creates_one_post(thread: Thread, anna: Member, bo: Member) -> None:
    once = services.post_message(thread=thread, actor=anna, text="Hello")
    assert services.post_message(thread=thread, actor=anna, text="Hello") == once
    assert services.post_message(thread=thread, actor=bo, text="Hello") != once
    assert thread.posts.count() == 2


def test_facts_are_sent_after_the_commit_and_not_after_a_rollback(
    thread: Thread, anna: Member, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    facts: list[PostPublished] = []

    def receive(fact: PostPublished, **kwargs: object) -> None:
        facts.append(fact)

    post_published.connect(receive)
    with django_capture_on_commit_callbacks(execute=True):
        post = services.post_message(thread=thread, actor=anna, text="Kept")
        with transaction.atomic():
            services.post_message(thread=thread, actor=anna, text="Undone")
            transaction.set_rollback(True)
        assert facts == []
    post_published.disconnect(receive)
    assert facts == [PostPublished(thread_id=thread.pk, post_id=post.pk, version=1)]


@pytest.mark.embedded
@pytest.mark.django_db(transaction=True)
def test_concurrent_posts_get_consecutive_unique_versions() -> None:
    thread, members = new_thread(), [new_member() for _ in range(4)]

    def post(author: Member) -> None:
        for number in range(5):
            services.post_message(thread=thread, actor=author, text=f"{author.pk}: {number}")
        close_old_connections()
        connection.close()

    writers = [threading.Thread(target=post, args=[member]) for member in members]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    rows = list(Post.objects.order_by("version").values_list("number", "version"))
    assert rows == [(number, number) for number in range(1, 21)]
    thread.refresh_from_db()
    assert (thread.version, thread.post_count) == (20, 20)


@pytest.mark.django_db
def test_the_thread_of_a_subject_has_the_audience_of_the_subject() -> None:
    thread = new_thread({STAFF})
    work = thread.subject.object
    assert thread.audience == {STAFF}
    set_visibility(instance=work, visibility="public", is_out=True)
    thread.refresh_from_db()
    assert thread.audience == work.audience
    assert thread_of(work) == thread
    work.delete()
    assert not Thread.objects.filter(pk=thread.pk).exists()


def test_opening_many_threads_takes_few_queries_and_can_be_repeated(
    db: None, django_assert_max_num_queries: Callable[..., object]
) -> None:
    works = [Work(translation_key=uuid.uuid4(), kind="guide") for _ in range(400)]
    before = Thread.objects.count()
    with django_assert_max_num_queries(10):
        create_subjects(works)
    Work.objects.bulk_create(works)
    assert Thread.objects.count() == before + 400
    services.open_threads(subjects=[work.subject for work in works])
    assert Thread.objects.count() == before + 400


def test_a_subject_that_cannot_be_discussed_has_no_thread(db: None) -> None:
    with pytest.raises(Thread.DoesNotExist):
        thread_of(OrganisationFactory())
