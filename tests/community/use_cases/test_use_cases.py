"""A member writes a use case and the editors publish it. During the review only they see it, and its text is fixed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import translation
from wagtail.models import TaskState

from community.members.models import Member
from community.organisations.models import Organisation
from community.participation.models import Participation, Role
from community.use_cases import services
from core.audience import PUBLIC
from core.refusals import NotAllowed
from knowledge.models import UseCasePage, Work
from knowledge.seeding import EDITORS
from tests.factories import MemberFactory, MembershipFactory, UseCaseFactory, translated

pytestmark = pytest.mark.django_db

ANSWERS = {
    "title": "Svara på frågor om avfall",
    "summary": "Kortare köer för invånarna.",
    "stage": "in_use",
    "areas": ["05"],
    "tags": "avfall, kundtjänst",
    "problem": "Telefonen ringde **hela tiden**.",
}


class Desk:
    """A member of an organisation and an editor, each with a signed-in client."""

    def __init__(self) -> None:
        membership = MembershipFactory()
        self.author: Member = membership.member
        self.organisation: Organisation = membership.organisation
        self.editor = MemberFactory(is_staff=True)
        self.editor.groups.add(Group.objects.get(name=EDITORS))
        self.writing, self.editing, self.reading = Client(), Client(), Client()
        self.writing.force_login(self.author)
        self.editing.force_login(self.editor)

    def write(self, action: str = "submit", **changes: Any) -> UseCasePage:
        answers = {**ANSWERS, "organisation": self.organisation.slug, **changes, action: "1"}
        response = self.writing.post(reverse("use_cases:write"), answers)
        assert response.status_code == 302, response.context["form"].errors
        return UseCasePage.objects.get()

    def rewrite(
        self, page: UseCasePage, action: str = "submit", client: Client | None = None, **changes: Any
    ) -> Any:
        url = reverse("use_cases:edit", args=[page.pk])
        return (client or self.writing).post(url, {**ANSWERS, **changes, action: "1"})

    def answer(self, page: UseCasePage, action: str) -> None:
        """Press the editor's button in the admin."""
        task = page.current_workflow_task_state
        url = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, action, task.pk])
        response = self.editing.post(url, {"comment": "Say more of the cost."})
        assert response.status_code in (200, 302)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def fresh(page: UseCasePage) -> UseCasePage:
    return UseCasePage.objects.get(pk=page.pk)


def test_a_draft_is_submitted_approved_and_published_with_author_and_organisation(desk: Desk) -> None:
    page = desk.write("draft")
    assert not page.live
    assert desk.rewrite(page).status_code == 302
    assert fresh(page).workflow_in_progress
    desk.answer(page, "approve")

    page = fresh(page)
    assert page.live
    assert Work.objects.get(pk=page.work_id).audience == {PUBLIC}
    assert page.owner == desk.author
    assert (
        Participation.objects.get(subject=page.work.subject, role=Role.OWNER).organisation
        == desk.organisation
    )
    shown = desk.reading.get(page.url)
    assert shown.status_code == 200
    html = shown.content.decode()
    assert desk.organisation.name in html
    assert "<strong>hela tiden</strong>" in html
    assert {tag.name for tag in page.tags.all()} == {"avfall", "kundtjänst"}
    assert [area.code for area in page.areas.all()] == ["05"]


def test_a_draft_is_shown_only_in_its_authors_list(desk: Desk) -> None:
    page = desk.write()
    stranger = Client()
    stranger.force_login(MembershipFactory(organisation=desk.organisation).member)
    for client in (desk.reading, stranger, desk.writing, desk.editing):
        assert client.get(page.url or page.get_url() or "/x/").status_code == 404
        assert ANSWERS["title"] not in client.get("/anvandningsfall/?fresh").content.decode()
        assert ANSWERS["title"] not in client.get("/?fresh").content.decode()
    assert ANSWERS["title"] in desk.writing.get(reverse("projects:mine")).content.decode()
    assert ANSWERS["title"] not in stranger.get(reverse("projects:mine")).content.decode()


def test_a_use_case_that_was_sent_back_can_be_edited_and_submitted_again(desk: Desk) -> None:
    page = desk.write()
    desk.answer(page, "reject")
    assert not fresh(page).live
    mine = desk.writing.get(reverse("projects:mine")).content.decode()
    assert reverse("use_cases:edit", args=[page.pk]) in mine
    assert desk.rewrite(page, title="Svara bättre på frågor", cost="Två månader").status_code == 302
    desk.answer(page, "approve")
    page = fresh(page)
    assert (page.live, page.title, page.cost) == (True, "Svara bättre på frågor", "Två månader")
    assert desk.reading.get(page.url).status_code == 200


def test_a_use_case_cannot_be_edited_during_the_review(desk: Desk) -> None:
    page = desk.write()
    assert desk.writing.get(reverse("use_cases:edit", args=[page.pk])).status_code == 403
    assert desk.rewrite(page, title="Changed during the review").status_code == 403
    assert fresh(page).get_latest_revision_as_object().title == ANSWERS["title"]


def test_a_published_use_case_cannot_be_edited_by_its_author(desk: Desk) -> None:
    page = desk.write()
    desk.answer(page, "approve")
    assert desk.rewrite(page, title="Changed afterwards").status_code == 403
    assert fresh(page).title == ANSWERS["title"]


def test_other_members_neither_see_nor_edit_a_draft(desk: Desk) -> None:
    page = desk.write("draft")
    colleague = Client()
    colleague.force_login(MembershipFactory(organisation=desk.organisation).member)
    for client in (colleague, desk.editing):
        assert client.get(reverse("use_cases:edit", args=[page.pk])).status_code == 404
        assert desk.rewrite(page, client=client, title="Theirs").status_code == 404
    signed_out = desk.rewrite(page, client=desk.reading)
    assert signed_out.status_code == 403
    assert reverse("account_login") in signed_out.text, "the page links to the sign-in"
    assert fresh(page).get_latest_revision_as_object().title == ANSWERS["title"]


def test_members_cannot_approve_their_own_use_case(desk: Desk) -> None:
    page = desk.write()
    task = page.current_workflow_task_state
    url = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "approve", task.pk])
    assert desk.writing.post(url).status_code in (302, 403)
    assert not fresh(page).live


def test_a_waiting_member_can_save_a_draft_and_cannot_submit_it() -> None:
    waiting = MembershipFactory(waiting=True)
    client = Client()
    client.force_login(waiting.member)
    answers = {**ANSWERS, "organisation": waiting.organisation.slug}
    response = client.post(reverse("use_cases:write"), {**answers, "submit": "1"})
    assert response.status_code == 403
    assert ANSWERS["title"] in response.content.decode(), "the form keeps the text"
    assert not UseCasePage.objects.exists()
    assert client.post(reverse("use_cases:write"), {**answers, "draft": "1"}).status_code == 302
    page = UseCasePage.objects.get()
    client.post(reverse("use_cases:edit", args=[page.pk]), {**ANSWERS, "submit": "1"})
    assert not page.workflow_in_progress


def test_a_member_without_an_organisation_is_redirected_to_join_one(client: Client) -> None:
    client.force_login(MemberFactory())
    assert client.get(reverse("use_cases:write"))["Location"] == reverse("organisations:join")


def test_the_draft_is_written_in_the_language_of_the_form(desk: Desk) -> None:
    answers = {**ANSWERS, "organisation": desk.organisation.slug, "draft": "1"}
    with translation.override("en"):
        url = reverse("use_cases:write")
    assert desk.writing.post(url, answers).status_code == 302
    assert UseCasePage.objects.get().locale.language_code == "en"


@pytest.mark.parametrize("title", ["!!!", "—", "日本語", "Åka båt i Växjö", "x" * 200])
def test_each_title_gets_a_unique_ascii_slug(desk: Desk, title: str) -> None:
    desk.write("draft", title=title)
    desk.writing.post(
        reverse("use_cases:write"),
        {**ANSWERS, "organisation": desk.organisation.slug, "title": title, "draft": "1"},
    )
    pages = UseCasePage.objects.all()
    assert len({page.slug for page in pages}) == 2
    assert all(re.fullmatch("[a-z0-9-]+", page.slug) for page in pages), (
        "only ASCII, so that a mail program recognises the link"
    )


def test_an_invalid_answer_is_an_error_and_the_others_are_kept(desk: Desk) -> None:
    response = desk.writing.post(
        reverse("use_cases:write"),
        {**ANSWERS, "title": "", "organisation": desk.organisation.slug, "draft": "1"},
    )
    assert list(response.context["form"].errors) == ["title"]
    assert ANSWERS["summary"] in response.content.decode()


def test_an_unpublished_use_case_gives_404(desk: Desk) -> None:
    page = UseCaseFactory()
    response = desk.editing.post(reverse("wagtailadmin_pages:unpublish", args=[page.pk]))
    assert response.status_code == 302
    assert desk.reading.get(page.url + "?fresh").status_code == 404


def test_an_author_submits_a_draft_from_their_own_list(desk: Desk) -> None:
    page = desk.write("draft")
    url = reverse("use_cases:submit", args=[page.pk])
    assert f'action="{url}"' in desk.writing.get(reverse("projects:mine")).text
    stranger = Client()
    stranger.force_login(MembershipFactory(organisation=desk.organisation).member)
    assert stranger.post(url).status_code == 404
    assert desk.writing.get(url).status_code == 405
    assert not fresh(page).workflow_in_progress
    answer = desk.writing.post(url, {"submit": "1"}, follow=True)
    assert fresh(page).workflow_in_progress
    assert "hos redaktionen" in answer.text
    assert 'name="submit"' not in answer.text
    assert desk.writing.post(url, {"submit": "1"}).status_code == 403
    desk.answer(page, "reject")
    mine = desk.writing.get(reverse("projects:mine")).text
    assert 'name="submit"' not in mine, "it has to be edited before it is submitted again"
    assert reverse("use_cases:edit", args=[page.pk]) in mine


def test_a_draft_without_a_summary_cannot_be_submitted(desk: Desk) -> None:
    """The admin saves a draft without a summary, and the author's list offers to submit it."""
    page = desk.write("draft")
    version = page.get_latest_revision_as_object()
    version.summary = " "
    version.save_revision()
    answer = desk.writing.post(reverse("use_cases:submit", args=[page.pk]), follow=True)
    assert not fresh(page).workflow_in_progress
    assert "Skriv en sammanfattning" in answer.text
    assert answer.context["form"].initial["title"] == ANSWERS["title"], "the author can write it there"


@pytest.mark.parametrize("is_confirmed_in_another", [False, True])
def test_a_member_who_may_not_submit_a_draft_gets_no_button(is_confirmed_in_another: bool) -> None:
    waiting = MembershipFactory(waiting=True)
    if is_confirmed_in_another:  # A membership of another organisation gives no permission here.
        MembershipFactory(member=waiting.member)
    client = Client()
    client.force_login(waiting.member)
    client.post(
        reverse("use_cases:write"),
        {**ANSWERS, "organisation": waiting.organisation.slug, "draft": "1"},
    )
    page = UseCasePage.objects.get()
    mine = client.get(reverse("projects:mine")).text
    assert ANSWERS["title"] in mine
    assert 'name="submit"' not in mine
    assert client.post(reverse("use_cases:submit", args=[page.pk])).status_code == 403


def test_only_the_author_reads_a_use_case_under_review_on_the_site(desk: Desk) -> None:
    page = desk.write()
    address = reverse("use_cases:read", args=[page.pk])
    mine = desk.writing.get(reverse("projects:mine")).text
    assert f'<a href="{address}">{ANSWERS["title"]}</a>' in mine
    assert reverse("use_cases:edit", args=[page.pk]) not in mine
    shown = desk.writing.get(address).text
    assert ANSWERS["summary"] in shown
    assert "<strong>hela tiden</strong>" in shown
    assert "hos redaktionen" in shown
    assert "<form class" not in shown.partition("<main")[2]
    colleague = Client()
    colleague.force_login(MembershipFactory(organisation=desk.organisation).member)
    for client in (colleague, desk.editing):
        assert client.get(address).status_code == 404
    assert desk.reading.get(address).status_code == 302


def test_an_author_reads_the_last_saved_draft_until_they_leave_the_organisation(desk: Desk) -> None:
    page = desk.write("draft")
    desk.rewrite(page, "draft", title="Svara snabbare")
    address = reverse("use_cases:read", args=[page.pk])
    shown = desk.writing.get(address).text
    assert "Svara snabbare" in shown
    assert "Bara du och redaktionen kan se det" in shown
    desk.author.memberships.all().delete()
    left = desk.writing.get(address)
    assert left.status_code == 403
    assert "Svara snabbare" not in left.text


def test_a_published_use_case_stays_in_the_authors_list_and_old_links_redirect_to_it(desk: Desk) -> None:
    page = desk.write()
    assert "Publicerade användningsfall" not in desk.writing.get(reverse("projects:mine")).text
    desk.answer(page, "approve")
    page = fresh(page)
    UseCaseFactory(title="Någon annans")
    mine = desk.writing.get(reverse("projects:mine")).text
    assert "Publicerade användningsfall" in mine
    assert f'href="{page.url}"' in mine
    assert "Någon annans" not in mine
    assert page.url not in desk.editing.get(reverse("projects:mine")).text
    for name in ("use_cases:edit", "use_cases:read"):
        address = reverse(name, args=[page.pk])
        assert desk.writing.get(address)["Location"] == page.url
        assert desk.editing.get(address).status_code == 404
    desk.author.memberships.all().delete()
    assert page.url not in desk.writing.get(reverse("projects:mine")).text


def test_a_use_case_published_in_two_languages_is_listed_once(desk: Desk) -> None:
    page = UseCaseFactory(owner=desk.author)
    english = translated(page, title="Answer questions")
    with translation.override("en"):
        assert desk.writing.get(reverse("projects:mine")).context["published"].get().pk == english.pk
    assert desk.writing.get(reverse("projects:mine")).context["published"].get().pk == page.pk


def test_a_draft_in_another_language_is_marked_with_its_language(desk: Desk) -> None:
    desk.write("draft")
    with translation.override("en"):
        mine = desk.writing.get(reverse("projects:mine")).text
    assert "In Swedish" in mine
    assert '<h3 class="hit-title" lang="sv"><a href' in mine
    assert "På svenska" not in desk.writing.get(reverse("projects:mine")).text


def test_the_form_has_different_headings_for_writing_and_editing(desk: Desk) -> None:
    page = desk.write("draft")
    changing = desk.writing.get(reverse("use_cases:edit", args=[page.pk])).text
    assert "<h1>Redigera ditt användningsfall</h1>" in changing
    assert "<h1>Skriv ett" not in changing
    assert "<h1>Skriv ett användningsfall</h1>" in desk.writing.get(reverse("use_cases:write")).text


def test_a_use_case_without_an_owner_is_not_submitted() -> None:
    desk = Desk()
    page = desk.write("draft")
    Participation.objects.all().delete()
    with pytest.raises(NotAllowed):
        services.submit_use_case(actor=desk.author, page=page)
    assert not TaskState.objects.exists()
