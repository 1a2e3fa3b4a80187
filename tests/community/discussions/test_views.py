from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override
from django_cotton.compiler_regex import CottonCompiler

from community.discussions import services
from community.discussions.models import Post, Thread
from community.discussions.reading import read_thread
from community.discussions.services import thread_of
from community.discussions.views import POSTING
from community.members.models import Member
from core.audience import ANONYMOUS, MEMBERS, STAFF
from tests.factories import ProjectFactory
from tests.support.threads import new_member, new_thread

JSON = {"accept": "application/json"}


def address(name: str, thread: Thread, *rest: int) -> str:
    return reverse(f"discussions:{name}", args=[thread.pk, *rest])


def fill(thread: Thread, author: Member, count: int) -> None:
    for number in range(1, count + 1):
        services.post_message(thread=thread, actor=author, text=f"Post {number}")


@pytest.fixture
def signed_in(client: Client, anna: Member) -> Client:
    client.force_login(anna)
    return client


def test_posting_without_javascript_redirects_to_the_new_post(signed_in: Client, thread: Thread) -> None:
    answer = signed_in.post(address("post", thread), {"text": "Hello"})
    assert answer.status_code == 302
    assert answer["Location"].endswith("#post-1")
    assert b"<p>Hello</p>" in signed_in.get(address("thread", thread)).content


def test_posting_with_javascript_returns_the_event(signed_in: Client, thread: Thread, anna: Member) -> None:
    answer = signed_in.post(address("post", thread), {"text": "Hello"}, headers=JSON)
    assert answer.status_code == 201
    event = answer.json()
    assert (event["type"], event["number"], event["version"]) == ("post_published", 1, 1)
    assert (event["html"].strip(), event["author_id"], event["author"]) == (
        "<p>Hello</p>",
        anna.pk,
        "Anna Ek",
    )


@pytest.mark.parametrize(
    ("text", "reason"), [("  ", "Write something first."), ("x" * 10_001, "10000")], ids=["empty", "too long"]
)
def test_a_refused_post_keeps_the_text_and_shows_the_reason(
    signed_in: Client, thread: Thread, text: str, reason: str
) -> None:
    with override("en"):
        answer = signed_in.post(address("post", thread), {"text": text})
    assert answer.status_code == 422
    assert reason in answer.content.decode()
    assert text.strip() in answer.content.decode()
    assert not Post.objects.exists()


def test_a_post_to_a_thread_that_was_locked_meanwhile_keeps_the_text(
    signed_in: Client, thread: Thread, editor: Member
) -> None:
    services.lock_thread(thread=thread, actor=editor)
    answer = signed_in.post(address("post", thread), {"text": "A long thought"})
    assert answer.status_code == 403
    assert "A long thought" in answer.content.decode()
    assert signed_in.post(address("post", thread), {"text": "x"}, headers=JSON).json()["error"]


def test_a_member_who_posts_too_fast_gets_429(signed_in: Client, thread: Thread, twenty_past: None) -> None:
    for number in range(POSTING.count):
        assert signed_in.post(address("post", thread), {"text": f"{number}"}, headers=JSON).status_code == 201
    answer = signed_in.post(address("post", thread), {"text": "One more"}, headers=JSON)
    assert answer.status_code == 429
    assert Post.objects.count() == POSTING.count


def test_a_visitor_can_read_and_gets_a_link_to_sign_in(client: Client, thread: Thread, anna: Member) -> None:
    fill(thread, anna, 1)
    page = client.get(address("thread", thread)).content.decode()
    assert "<p>Post 1</p>" in page
    assert "data-composer" not in page
    assert reverse("account_login") in page
    assert client.post(address("post", thread), {"text": "Hi"}, headers=JSON).status_code == 403
    assert thread.posts.count() == 1


@pytest.mark.parametrize("name", ["thread", "changes"])
def test_a_thread_that_the_viewer_may_not_see_gives_404(
    client: Client, anna: Member, editor: Member, name: str
) -> None:
    members_only, staff_only = new_thread({MEMBERS}), new_thread({STAFF})
    assert client.get(address(name, members_only)).status_code == 404
    client.force_login(anna)
    assert client.get(address(name, members_only)).status_code == 200
    assert client.get(address(name, staff_only)).status_code == 404
    assert client.post(address("post", staff_only), {"text": "Hi"}).status_code == 404
    client.force_login(editor)
    assert client.get(address(name, staff_only)).status_code == 200


def test_only_the_author_edits_and_removes_a_post(
    client: Client, thread: Thread, anna: Member, bo: Member
) -> None:
    fill(thread, anna, 2)
    client.force_login(bo)
    assert client.post(address("edit", thread, 1), {"text": "Bo's"}).status_code == 403
    assert client.post(address("remove", thread, 1)).status_code == 403
    client.force_login(anna)
    assert b"Post 1" in client.get(address("edit", thread, 1)).content
    assert client.post(address("edit", thread, 1), {"text": "Better"}).status_code == 302
    assert client.get(address("remove", thread, 2)).status_code == 200
    assert thread.posts.get(number=2).removed_at is None, "opening the form removes nothing"
    assert client.post(address("remove", thread, 2)).status_code == 302
    page = client.get(address("thread", thread)).content.decode()
    assert "Better" in page
    assert "Post 1" not in page
    assert "Post 2" not in page
    assert 'id="post-2"' in page


def test_an_htmx_request_gets_the_form_and_then_the_post(
    signed_in: Client, thread: Thread, anna: Member
) -> None:
    fill(thread, anna, 1)
    edit, htmx = address("edit", thread, 1), {"HX-Request": "true"}
    form = signed_in.get(edit, headers=htmx).content.decode()
    assert form.lstrip().startswith("<form")
    assert "Post 1" in form
    wrong = signed_in.post(edit, {"text": ""}, headers=htmx)
    assert (wrong.status_code, wrong["HX-Retarget"]) == (200, "this")
    assert 'aria-invalid="true"' in wrong.content.decode()
    post = signed_in.post(edit, {"text": "*Better*"}, headers=htmx).content.decode()
    assert post.lstrip().startswith("<article")
    assert "<em>Better</em>" in post
    assert edit in post, "the post cannot be edited again"


def test_an_htmx_request_to_remove_a_post_gets_a_confirmation_first(
    signed_in: Client, thread: Thread, anna: Member
) -> None:
    fill(thread, anna, 1)
    remove, htmx = address("remove", thread, 1), {"HX-Request": "true"}
    assert "data-cancel" in signed_in.get(remove, headers=htmx).content.decode()
    assert Post.objects.get().text == "Post 1"
    gone = signed_in.post(remove, headers=htmx).content.decode()
    assert "post-removed" in gone
    assert "Post 1" not in gone


@pytest.mark.parametrize("verb", ["edit", "remove"])
def test_an_htmx_request_gets_no_form_without_permission(
    client: Client, thread: Thread, anna: Member, verb: str
) -> None:
    fill(thread, anna, 1)
    client.force_login(new_member("Bo"))
    answer = client.get(address(verb, thread, 1), headers={"HX-Request": "true"})
    assert answer.status_code == 403
    assert b"Post 1" not in answer.content


def test_staff_lock_and_unlock_a_thread(client: Client, thread: Thread, anna: Member, editor: Member) -> None:
    client.force_login(anna)
    assert client.post(address("lock", thread)).status_code == 403
    client.force_login(editor)
    client.post(address("lock", thread))
    thread.refresh_from_db()
    assert thread.locked_at
    client.post(address("unlock", thread))
    thread.refresh_from_db()
    assert thread.locked_at is None


def test_catching_up_returns_each_change_once_in_order_of_version(
    client: Client, thread: Thread, anna: Member, editor: Member
) -> None:
    fill(thread, anna, 3)
    services.edit_post(post=thread.posts.get(number=1), actor=anna, text="Changed")
    services.remove_post(post=thread.posts.get(number=2), actor=anna)
    services.lock_thread(thread=thread, actor=editor)
    answer = client.get(address("changes", thread), {"after": 2}).json()
    assert [(one["type"], one["number"], one["version"]) for one in answer["changes"]] == [
        ("post_published", 3, 3),
        ("post_changed", 1, 4),
        ("post_removed", 2, 5),
    ]
    assert (answer["version"], answer["locked"], answer["more"]) == (6, True, False)
    assert client.get(address("changes", thread), {"after": 6}).json()["changes"] == []
    assert "no-store" in client.get(address("changes", thread))["Cache-Control"]
    assert client.get(address("changes", thread), {"after": "x"}).status_code == 404


def test_catching_up_on_many_changes_is_paginated(client: Client, thread: Thread, anna: Member) -> None:
    fill(thread, anna, 230)
    after, numbers, pages, more = 0, [], 0, True
    while more:
        answer = client.get(address("changes", thread), {"after": after}).json()
        numbers += [one["number"] for one in answer["changes"]]
        after, more, pages = answer["version"], answer["more"], pages + 1
    assert numbers == list(range(1, 231))
    assert (pages, after) == (3, 230)


def test_a_long_thread_shows_its_first_and_last_posts(client: Client, thread: Thread, anna: Member) -> None:
    fill(thread, anna, 180)
    page = client.get(address("thread", thread)).content.decode()
    shown = [number for number in range(1, 181) if f'id="post-{number}"' in page]
    assert shown == [*range(1, 6), *range(131, 181)]
    assert 'href="?posts=6-105#post-6"' in page
    page = client.get(address("thread", thread), {"posts": "6-105"}).content.decode()
    shown = [number for number in range(1, 181) if f'id="post-{number}"' in page]
    assert shown == [*range(6, 106), *range(131, 181)]
    assert 'href="?posts=1-5#post-5"' in page
    assert 'href="?posts=106-130#post-106"' in page


@pytest.mark.parametrize("asked", ["", "0-0", "9-1", "x-y", "999-1000", "1-99999999", "--", "٣-٤", "1" * 40])
def test_an_invalid_range_of_posts_still_shows_the_page(
    client: Client, thread: Thread, anna: Member, asked: str
) -> None:
    fill(thread, anna, 3)
    assert client.get(address("thread", thread), {"posts": asked}).status_code == 200


def test_a_thread_needs_no_more_queries_for_more_posts(signed_in: Client, thread: Thread) -> None:
    long = new_thread()
    services.post_message(thread=thread, actor=new_member(), text="The only one")
    for number in range(40):
        services.post_message(thread=long, actor=new_member(), text=f"Post {number}")
    counts = {}
    for name in ("thread", "changes"):
        for each in (thread, long):
            signed_in.get(address(name, each))
            with CaptureQueriesContext(connection) as queries:
                signed_in.get(address(name, each))
            counts[name, each.pk] = len(queries)
        assert counts[name, thread.pk] == counts[name, long.pk]
    assert 3 < counts["thread", long.pk] <= 12, counts


def test_a_post_has_the_markup_of_its_component(thread: Thread, anna: Member) -> None:
    """`discussions/post.html` repeats the markup of `<c-post>`, because a component is slow. Change both together."""
    post = thread.posts.for_reading().get(
        pk=services.post_message(thread=thread, actor=anna, text="Hello").pk
    )
    post.edited_at = post.created_at
    component = CottonCompiler().process(
        '<c-post number="1" author="Anna Ek" initials="AE" :when="when" edited="yes">{{ html|safe }}</c-post>'
    )
    drawn = Template(component).render(Context({"when": post.created_at, "html": post.html}))
    written = render_to_string(
        "discussions/post.html", {"post": post, "reading": read_thread(thread, ANONYMOUS)}
    )

    def tidy(html: str) -> str:
        return re.sub(r"\s*([<>\"])\s*", r"\1", html)

    assert tidy(written) == tidy(drawn)


def test_a_post_after_the_session_ended_is_shown_again_with_a_link_to_sign_in(
    client: Client, thread: Thread
) -> None:
    answer = client.post(address("post", thread), {"text": "A long thought"})
    assert answer.status_code == 403
    page = answer.text
    assert "A long thought</textarea>" in page
    query = urlencode({"next": f"{answer.context['subject_url']}#thread"})
    assert f'<a href="{reverse("account_login")}?{query}">Logga in för att skriva här.</a>' in page
    assert client.get(answer.context["subject_url"]).status_code == 200
    assert not thread.posts.exists()
    response = client.post(address("post", thread), {"text": "A long thought"}, headers=JSON)
    assert response.json() == {"error": "Logga in för att skriva här."}


def test_a_post_to_a_members_thread_is_shown_again_after_the_session_ended(client: Client, db: None) -> None:
    hidden = new_thread({MEMBERS})
    answer = client.post(address("post", hidden), {"text": "A long thought"})
    assert answer.status_code == 404
    assert "A long thought</textarea>" in answer.text
    assert "data-thread" not in answer.text


def test_reading_a_thread_writes_nothing_to_the_database(signed_in: Client) -> None:
    project = ProjectFactory()
    signed_in.get(project.get_absolute_url())
    with CaptureQueriesContext(connection) as queries:
        assert b"data-thread" in signed_in.get(project.get_absolute_url()).content
        assert signed_in.get(address("thread", thread_of(project))).status_code == 200
    assert [query["sql"] for query in queries if re.match("INSERT|UPDATE|DELETE", query["sql"])] == []


def test_a_subject_without_a_thread_is_shown_without_one(signed_in: Client) -> None:
    project = ProjectFactory()
    Thread.objects.all().delete()
    page = signed_in.get(project.get_absolute_url())
    assert page.status_code == 200
    assert b"data-thread" not in page.content
    assert not Thread.objects.exists()
