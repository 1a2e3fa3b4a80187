"""Editors write pages in Wagtail's admin: concurrent requests for one address, autosave, and required fields."""

from __future__ import annotations

import json
from threading import Barrier, Thread
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connections
from django.test import Client
from django.urls import reverse
from wagtail.models import TaskState

from knowledge.models import ArticlePage, GuidePage, KnowledgePage, SectionPage, UseCasePage
from knowledge.seeding import EDITORS
from tests.factories import ArticleFactory, GuideFactory, MemberFactory, UseCaseFactory

pytestmark = pytest.mark.django_db

SECTIONS = {ArticlePage: "artiklar", GuidePage: "guider", UseCasePage: "anvandningsfall"}
ARTICLE = {
    "title": "Börja med en fråga",
    "slug": "borja-med-en-fraga",
    "summary": "Kommuner kommer igång snabbare.",
    "body": "null",
    "tags": "",
    "last_confirmed": "",
}
PUBLISH = {"action-publish": "action-publish"}


def editor() -> Client:
    member, client = MemberFactory(), Client()
    member.groups.add(Group.objects.get(name=EDITORS))
    client.force_login(member)
    return client


def creation(model: type[KnowledgePage]) -> str:
    section = SectionPage.objects.get(slug=SECTIONS[model])
    return reverse("wagtailadmin_pages:add", args=["knowledge", model._meta.model_name, section.pk])


def answers_to(model: type[KnowledgePage], **changed: str) -> dict[str, str]:
    answers = {**ARTICLE, "stage": "pilot", "chapters-count": "0"}
    return {**answers, **dict.fromkeys(getattr(model, "STORY_FIELDS", ()), ""), **changed}


@pytest.mark.django_db(transaction=True)
def test_of_concurrent_requests_for_the_same_page_one_succeeds_and_the_others_show_an_error() -> None:
    """Autosave expects JSON, the editor publishes; both ask for one address."""
    url = creation(ArticlePage)
    clients = [editor() for _ in range(6)]
    start, answers = Barrier(len(clients)), []

    def create(client: Client, *, by_itself: bool) -> None:
        start.wait(timeout=30)
        headers = {"accept": "application/json"} if by_itself else {}
        answers.append(client.post(url, ARTICLE if by_itself else {**ARTICLE, **PUBLISH}, headers=headers))
        connections.close_all()

    threads = [
        Thread(target=create, args=[client], kwargs={"by_itself": bool(number % 2)})
        for number, client in enumerate(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ArticlePage.objects.count() == 1
    assert len(answers) == len(clients), "one ended in an error"
    refused = [
        answer for answer in answers if "json" not in answer["content-type"] and answer.status_code == 200
    ]
    assert all("slug" in answer.context["form"].errors for answer in refused)
    created = [
        answer for answer in answers if answer.status_code == 302 or b'"success": true' in answer.content
    ]
    assert len(created) == 1


@pytest.mark.parametrize("model", SECTIONS)
def test_autosave_starts_only_after_the_editor_has_saved_once(model: type[KnowledgePage]) -> None:
    client = editor()
    assert "w-autosave" not in form_of(client.get(creation(model)).text)
    page = ArticleFactory()
    assert "w-autosave" in form_of(client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).text)


def form_of(html: str) -> str:
    """Return the opening tag of the form that edits a page."""
    return html.split("data-edit-form", 1)[1].split("csrfmiddlewaretoken", 1)[0]


def test_a_copy_to_an_occupied_address_is_refused_at_the_field() -> None:
    page = ArticleFactory(slug="fraga")
    url = reverse("wagtailadmin_pages:copy", args=[page.pk])
    answers = {"new_title": "Fråga", "new_slug": "fraga", "new_parent_page": str(page.get_parent().pk)}
    answer = editor().post(url, answers)
    assert "new_slug" in answer.context["form"].errors
    assert editor().post(url, {**answers, "new_slug": "fraga-2"}).status_code == 302
    assert set(ArticlePage.objects.values_list("slug", flat=True)) == {"fraga", "fraga-2"}


@pytest.mark.parametrize("model", SECTIONS)
def test_a_page_without_a_summary_stays_a_draft(model: type[KnowledgePage]) -> None:
    client, url = editor(), creation(model)
    answers = answers_to(model, summary="")
    for action in ("action-publish", "action-submit"):
        answer = client.post(url, {**answers, action: action})
        assert answer.context["form"].errors == {"summary": ["Fyll i det här fältet."]}
        assert 'value="Börja med en fråga"' in answer.text, "what was written stays"
    assert client.post(url, answers).status_code == 302
    page = model.objects.get()
    assert not page.live
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert "summary" in client.post(edit, {**answers, **PUBLISH}).context["form"].errors
    assert client.post(edit, {**answers_to(model), **PUBLISH}).status_code == 302
    assert model.objects.get().live


@pytest.mark.parametrize("below", [False, True])
def test_bulk_publishing_skips_pages_without_a_summary(below: bool) -> None:
    whole, bare = ArticleFactory(live=False), ArticleFactory(live=False, summary=" ")
    if below:
        bare.move(whole, "last-child")
    chosen = [whole.pk] if below else [whole.pk, bare.pk]
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    query = "&".join(f"id={pk}" for pk in chosen)
    client = editor()
    answer = client.post(f"{url}?next=/admin/&{query}", {"include_descendants": "on"} if below else {})
    assert answer.status_code == 302
    html = client.get("/admin/").text
    assert "Inget har publicerats" in html
    assert bare.title in html
    assert not ArticlePage.objects.live().exists()
    client.post(f"{url}?next=/admin/&id={whole.pk}", {})
    assert ArticlePage.objects.live().get().pk == whole.pk


@pytest.mark.parametrize("model", SECTIONS)
def test_the_form_of_a_new_page_is_empty(model: type[KnowledgePage]) -> None:
    page = editor().get(creation(model)).text
    assert "django.db" not in page
    assert " object at " not in page


def in_review(factory: Any) -> tuple[KnowledgePage, TaskState]:
    page = factory(live=False, owner=MemberFactory())
    page.save_revision()
    page.get_workflow().start(page, page.owner)
    page = type(page).objects.get(pk=page.pk)
    return page, page.current_workflow_task_state


@pytest.mark.parametrize("factory", [UseCaseFactory, GuideFactory, ArticleFactory])
@pytest.mark.parametrize("window", ["workflow_action", "collect_workflow_action_data"])
@pytest.mark.parametrize("reason", ["", "  \n ", "\u200b", "\u2800 \u3164"])
def test_a_page_is_sent_back_only_with_a_reason(factory: Any, window: str, reason: str) -> None:
    page, review = in_review(factory)
    client = editor()
    url = reverse(f"wagtailadmin_pages:{window}", args=[page.pk, "reject", review.pk])
    headers = {"x-requested-with": "XMLHttpRequest"}
    assert "Vad ska författaren ändra?" in client.get(url, headers=headers).json()["html"]
    answer = client.post(url, {"comment": reason}, headers=headers).json()
    assert answer["step"] == "action"
    assert "Skriv vad författaren ska ändra." in answer["html"]
    assert type(page).objects.get().workflow_in_progress


def test_a_page_is_approved_without_a_comment() -> None:
    page, review = in_review(UseCaseFactory)
    url = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "approve", review.pk])
    assert editor().post(url, {"comment": ""}).status_code == 302
    assert UseCasePage.objects.get().live


@pytest.mark.parametrize("reason", [None, {}, {"comment": " "}])
def test_saving_and_sending_back_together_requires_the_reason_and_loses_nothing(reason: Any) -> None:
    page, _review = in_review(ArticleFactory)
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    action = {"action-workflow-action": "true", "workflow-action-name": "reject"}
    sent = {} if reason is None else {"workflow-action-extra-data": json.dumps(reason)}
    client = editor()
    answer = client.post(url, {**ARTICLE, "title": "Ny rubrik", **action, **sent})
    assert "Skriv vad författaren ska ändra." in answer.text
    assert 'value="Ny rubrik"' in answer.text
    assert ArticlePage.objects.get().workflow_in_progress
    sent = {"workflow-action-extra-data": json.dumps({"comment": "Kortare, tack."})}
    assert client.post(url, {**ARTICLE, **action, **sent}).status_code == 302
    assert TaskState.objects.get().comment == "Kortare, tack."
    assert TaskState.objects.get().status == TaskState.STATUS_REJECTED


@pytest.mark.parametrize("action", ["approve", "reject"])
@pytest.mark.parametrize(
    "collected", ["", "{", "[]", "7", '{"user": 1}', "[" * 100_000], ids=lambda text: text[:11]
)
def test_an_action_without_its_required_window_changes_nothing(action: str, collected: str) -> None:
    page, _review = in_review(ArticleFactory)
    sent = {
        "action-workflow-action": "true",
        "workflow-action-name": action,
        "workflow-action-extra-data": collected,
    }
    answer = editor().post(reverse("wagtailadmin_pages:edit", args=[page.pk]), {**ARTICLE, **sent})
    assert answer.status_code == 400
    assert TaskState.objects.get().status == TaskState.STATUS_IN_PROGRESS
