"""Markdown is rendered when it is saved and stored in a row of its own. Pages read the stored HTML."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from community.discussions import services as discussions
from community.discussions.models import Post
from community.discussions.services import thread_of
from community.organisations import services as organisations
from community.projects import services as projects
from community.projects.cards import Card
from core.rich_text import RENDERER, render_markdown
from knowledge import querysets, rendering
from knowledge.models import RenderedText, UseCasePage, rendered
from knowledge.querysets import Digest, digest_of
from knowledge.rendering import forget_html, keep_all_html, keep_html
from knowledge.tasks import render_after_upgrade
from tests.factories import MembershipFactory, OrganisationFactory, ProjectFactory, UseCaseFactory

pytestmark = pytest.mark.django_db

TEXT = "**Hej** från Växjö 😀\n\n- ett"


def kept(text: str) -> str | None:
    return RenderedText.objects.of([digest_of(text)]).values_list("html", flat=True).first()


@pytest.fixture
def renderings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record each text that is rendered from now on; the real renderer runs."""
    seen: list[str] = []

    def watched(text: str) -> str:
        seen.append(text)
        return render_markdown(text)

    monkeypatch.setattr(rendering, "render_markdown", watched)
    monkeypatch.setattr(querysets, "render_markdown", watched)
    monkeypatch.setattr(rendered, "render_markdown", watched)
    return seen


def test_the_database_and_python_compute_the_same_digest() -> None:
    project = ProjectFactory(description=TEXT)
    found = type(project).objects.annotate(digest=Digest("description")).get(pk=project.pk)
    assert found.digest == digest_of(TEXT)


def test_a_post_is_rendered_once_and_then_read_from_the_database(
    renderings: list[str], client: Client
) -> None:
    project = ProjectFactory()
    post = discussions.post_message(
        thread=thread_of(project),
        actor=MembershipFactory(organisation=project.organisation).member,
        text=TEXT,
    )
    assert renderings == [TEXT]
    assert kept(TEXT) == render_markdown(TEXT)
    for _ in range(2):
        assert "<strong>Hej</strong>" in client.get(project.get_absolute_url(), follow=True).content.decode()
    assert Post.objects.for_reading().get(pk=post.pk).rendered["text"] == render_markdown(TEXT)
    assert renderings == [TEXT]


@pytest.mark.parametrize("verb", ["post", "edit"])
def test_a_post_is_rendered_before_its_thread_is_locked(verb: str) -> None:
    project = ProjectFactory()
    author = MembershipFactory(organisation=project.organisation).member
    thread = thread_of(project)
    post = discussions.post_message(thread=thread, actor=author, text="Först")
    with CaptureQueriesContext(connection) as queries:
        if verb == "post":
            discussions.post_message(thread=thread, actor=author, text=TEXT)
        else:
            discussions.edit_post(post=post, actor=author, text=TEXT)
    said = [query["sql"] for query in queries]
    inserted = next(n for n, sql in enumerate(said) if sql.startswith("INSERT") and "renderedtext" in sql)
    taken = next(
        n for n, sql in enumerate(said) if sql.startswith("SELECT") and '"discussions_thread"' in sql
    )
    assert inserted < taken
    assert not any("renderedtext" in sql for sql in said[taken:] if not sql.startswith("DELETE"))


def test_erased_text_leaves_no_html() -> None:
    project = ProjectFactory()
    author = MembershipFactory(organisation=project.organisation).member
    post = discussions.post_message(thread=thread_of(project), actor=author, text="Ett namn")
    discussions.edit_post(post=post, actor=author, text="Inget namn")
    assert kept("Ett namn") is None
    discussions.remove_post(post=post, actor=author)
    assert kept("Inget namn") is None
    assert Post.objects.for_reading().get(pk=post.pk).rendered["text"] == ""


def test_every_way_of_saving_a_text_stores_its_html(renderings: list[str]) -> None:
    organisation = OrganisationFactory()
    member = MembershipFactory(organisation=organisation, role="admin").member
    project = projects.post_project(
        actor=member,
        organisation=organisation,
        card=Card(title="Mäta", stage="idea", description="d1", story={"problem": "p1"}),
    )
    projects.edit_project(
        actor=member, project=project, card=Card(title="Mäta", stage="idea", description="d2")
    )
    organisations.edit_organisation(
        actor=member, organisation=organisation, description="om", description_en="about", website=""
    )
    page: UseCasePage = UseCaseFactory(problem="pp")
    page.law = "ll"
    page.save_revision().publish()
    saved = ["d1", "p1", "d2", "om", "about", "pp", "ll"]
    assert [text for text in saved if kept(text) is None] == []
    assert sorted(text for text in renderings if text in saved) == sorted(saved)


def test_a_revision_contains_no_html() -> None:
    project = ProjectFactory(description=TEXT)
    assert project.rendered["description"]
    assert "<strong>" not in str(project.save_revision().content)


def test_all_texts_of_a_record_take_one_query(django_assert_num_queries: Callable) -> None:
    project = ProjectFactory(description="*o*", story={"problem": "*p*"})
    with django_assert_num_queries(1):
        assert project.rendered["description"] == "<p><em>o</em></p>\n"
        assert [html for _, html in project.filled_sections] == ["<p><em>p</em></p>\n"]


def test_a_changed_text_shows_its_own_html() -> None:
    project = ProjectFactory(description="*o*")
    assert "<em>" in project.rendered["description"]
    project.description = "**o**"
    assert "<strong>" in project.rendered["description"]


def test_html_that_is_missing_or_of_another_version_is_rendered_on_reading(
    client: Client, renderings: list[str]
) -> None:
    project = ProjectFactory(description=TEXT)
    discussions.post_message(
        thread=thread_of(project),
        actor=MembershipFactory(organisation=project.organisation).member,
        text="*p*",
    )
    RenderedText.objects.update(version="earlier", html="<p>earlier</p>")
    renderings.clear()
    page = client.get(project.get_absolute_url(), follow=True).content.decode()
    assert "<strong>Hej</strong>" in page
    assert "<em>p</em>" in page
    assert "earlier" not in page
    assert set(renderings) == {TEXT, "*p*"}


def test_a_new_version_of_the_renderer_renders_all_texts_again_in_a_task(renderings: list[str]) -> None:
    project = ProjectFactory(description=TEXT)
    RenderedText.objects.update(version="earlier", html="<p>earlier</p>")
    render_after_upgrade.call()
    assert kept(TEXT) == render_markdown(TEXT)
    assert not RenderedText.objects.exclude(version=RENDERER).exists()
    renderings.clear()
    render_after_upgrade.call()
    assert renderings == []
    assert project.rendered["description"] == render_markdown(TEXT)


def test_html_of_deleted_texts_is_deleted() -> None:
    project = ProjectFactory(description="kvar")
    keep_html(["borta"])
    keep_all_html()
    assert kept("kvar")
    assert kept("borta") is None
    project.delete()
    keep_all_html()
    assert kept("kvar") is None


def test_storing_html_twice_or_deleting_missing_html_changes_nothing() -> None:
    for _ in range(2):
        keep_html([TEXT, "", "  ", TEXT])
    assert RenderedText.objects.filter(source=digest_of(TEXT)).count() == 1
    forget_html(TEXT)
    forget_html(TEXT)
    assert kept(TEXT) is None


def new_post(text: str) -> Post:
    project = ProjectFactory()
    author = MembershipFactory(organisation=project.organisation).member
    made = discussions.post_message(thread=thread_of(project), actor=author, text=text)
    return Post.objects.for_reading().get(pk=made.pk)


def test_a_post_and_its_html_are_read_in_one_query(django_assert_num_queries: Callable) -> None:
    post = new_post(TEXT)
    with django_assert_num_queries(0):
        assert post.rendered["text"] == render_markdown(TEXT)


@pytest.mark.parametrize("text", ["*new*", "", "  "])
def test_a_text_changed_after_it_was_read_shows_its_own_html(text: str) -> None:
    post = new_post(TEXT)
    post.text = text
    assert post.rendered["text"] == render_markdown(text)
    post.text = TEXT
    assert post.rendered["text"] == render_markdown(TEXT)


def test_two_swapped_texts_show_their_own_html() -> None:
    project = ProjectFactory(description=TEXT, story={"law": "*o*"})
    found = type(project).objects.for_page().get(pk=project.pk)
    found.description, found.law = found.law, found.description
    assert found.rendered["description"] == "<p><em>o</em></p>\n"
    assert found.rendered["law"] == render_markdown(TEXT)
