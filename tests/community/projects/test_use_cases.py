"""A member writes a use case, the editors publish it: nobody else sees it before, and nobody changes it meanwhile."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import translation

from community.members.models import Member
from community.organisations.models import Organisation
from community.participation.models import Participation, Role
from core.audience import PUBLIC
from knowledge.models import UseCasePage, Work
from knowledge.seeding import EDITORS
from tests.factories import MemberFactory, MembershipFactory, UseCaseFactory, translated

pytestmark = pytest.mark.django_db

TOLD = {
    "title": "Svara på frågor om avfall",
    "summary": "Kortare köer för invånarna.",
    "stage": "in_use",
    "areas": ["05"],
    "tags": "avfall, kundtjänst",
    "problem": "Telefonen ringde **hela tiden**.",
}


class Desk:
    """A member of an organisation and an editor, each at a browser."""

    def __init__(self) -> None:
        membership = MembershipFactory()
        self.author: Member = membership.member
        self.organisation: Organisation = membership.organisation
        self.editor = MemberFactory(is_staff=True)
        self.editor.groups.add(Group.objects.get(name=EDITORS))
        self.writing, self.editing, self.reading = Client(), Client(), Client()
        self.writing.force_login(self.author)
        self.editing.force_login(self.editor)

    def write(self, action: str = "submit", **told: Any) -> UseCasePage:
        answers = {**TOLD, "organisation": self.organisation.slug, **told, action: "1"}
        response = self.writing.post(reverse("projects:write_use_case"), answers)
        assert response.status_code == 302, response.context["form"].errors
        return UseCasePage.objects.get()

    def rewrite(
        self, page: UseCasePage, action: str = "submit", client: Client | None = None, **told: Any
    ) -> Any:
        url = reverse("projects:edit_use_case", args=[page.pk])
        return (client or self.writing).post(url, {**TOLD, **told, action: "1"})

    def answer(self, page: UseCasePage, action: str) -> None:
        """The editor's own button in the admin."""
        task = page.current_workflow_task_state
        url = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, action, task.pk])
        response = self.editing.post(url, {"comment": "Say more of the cost."})
        assert response.status_code in (200, 302)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def seen(page: UseCasePage) -> UseCasePage:
    return UseCasePage.objects.get(pk=page.pk)


def test_from_draft_to_published_with_author_and_organisation(desk: Desk) -> None:
    page = desk.write("draft")
    assert not page.live
    assert desk.rewrite(page).status_code == 302
    assert seen(page).workflow_in_progress
    desk.answer(page, "approve")

    page = seen(page)
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


def test_a_draft_is_hidden_from_everybody_on_the_site(desk: Desk) -> None:
    page = desk.write()
    stranger = Client()
    stranger.force_login(MembershipFactory(organisation=desk.organisation).member)
    for client in (desk.reading, stranger, desk.writing, desk.editing):
        assert client.get(page.url or page.get_url() or "/x/").status_code == 404
        assert TOLD["title"] not in client.get("/anvandningsfall/?fresh").content.decode()
        assert TOLD["title"] not in client.get("/?fresh").content.decode()
    assert TOLD["title"] in desk.writing.get(reverse("projects:mine")).content.decode()
    assert TOLD["title"] not in stranger.get(reverse("projects:mine")).content.decode()


def test_what_is_sent_back_can_be_changed_and_sent_again(desk: Desk) -> None:
    page = desk.write()
    desk.answer(page, "reject")
    assert not seen(page).live
    mine = desk.writing.get(reverse("projects:mine")).content.decode()
    assert reverse("projects:edit_use_case", args=[page.pk]) in mine
    assert desk.rewrite(page, title="Svara bättre på frågor", cost="Två månader").status_code == 302
    desk.answer(page, "approve")
    page = seen(page)
    assert (page.live, page.title, page.cost) == (True, "Svara bättre på frågor", "Två månader")
    assert desk.reading.get(page.url).status_code == 200


def test_it_stays_as_it_is_while_the_editors_read(desk: Desk) -> None:
    page = desk.write()
    assert desk.writing.get(reverse("projects:edit_use_case", args=[page.pk])).status_code == 403
    assert desk.rewrite(page, title="Changed behind their backs").status_code == 403
    assert seen(page).get_latest_revision_as_object().title == TOLD["title"]


def test_and_once_it_is_out(desk: Desk) -> None:
    page = desk.write()
    desk.answer(page, "approve")
    assert desk.rewrite(page, title="Changed afterwards").status_code == 403
    assert seen(page).title == TOLD["title"]


def test_others_neither_see_nor_change_a_draft(desk: Desk) -> None:
    page = desk.write("draft")
    colleague = Client()
    colleague.force_login(MembershipFactory(organisation=desk.organisation).member)
    for client in (colleague, desk.editing):
        assert client.get(reverse("projects:edit_use_case", args=[page.pk])).status_code == 404
        assert desk.rewrite(page, client=client, title="Theirs").status_code == 404
    signed_out = desk.rewrite(page, client=desk.reading)
    assert signed_out.status_code == 403
    assert reverse("account_login") in signed_out.text, "sign in first"
    assert seen(page).get_latest_revision_as_object().title == TOLD["title"]


def test_members_cannot_approve_their_own(desk: Desk) -> None:
    page = desk.write()
    task = page.current_workflow_task_state
    url = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "approve", task.pk])
    assert desk.writing.post(url).status_code in (302, 403)
    assert not seen(page).live


def test_who_waits_to_be_let_in_saves_a_draft_but_sends_nothing_in_the_organisations_name() -> None:
    waiting = MembershipFactory(waiting=True)
    client = Client()
    client.force_login(waiting.member)
    answers = {**TOLD, "organisation": waiting.organisation.slug}
    response = client.post(reverse("projects:write_use_case"), {**answers, "submit": "1"})
    assert response.status_code == 403
    assert TOLD["title"] in response.content.decode(), "nothing written is lost"
    assert not UseCasePage.objects.exists()
    assert client.post(reverse("projects:write_use_case"), {**answers, "draft": "1"}).status_code == 302
    page = UseCasePage.objects.get()
    client.post(reverse("projects:edit_use_case", args=[page.pk]), {**TOLD, "submit": "1"})
    assert not page.workflow_in_progress


def test_who_belongs_to_no_organisation_is_led_to_one(client: Client) -> None:
    client.force_login(MemberFactory())
    assert client.get(reverse("projects:write_use_case"))["Location"] == reverse("organisations:join")


def test_the_draft_is_written_in_the_language_of_the_form(desk: Desk) -> None:
    answers = {**TOLD, "organisation": desk.organisation.slug, "draft": "1"}
    with translation.override("en"):
        url = reverse("projects:write_use_case")
    assert desk.writing.post(url, answers).status_code == 302
    assert UseCasePage.objects.get().locale.language_code == "en"


@pytest.mark.parametrize("title", ["!!!", "—", "日本語", "Åka båt i Växjö", "x" * 200])
def test_any_title_gets_an_address(desk: Desk, title: str) -> None:
    desk.write("draft", title=title)
    desk.writing.post(
        reverse("projects:write_use_case"),
        {**TOLD, "organisation": desk.organisation.slug, "title": title, "draft": "1"},
    )
    pages = UseCasePage.objects.all()
    assert len({page.slug for page in pages}) == 2
    assert all(re.fullmatch("[a-z0-9-]+", page.slug) for page in pages), "it can be read in any mail"


def test_what_is_wrong_is_said_and_the_rest_kept(desk: Desk) -> None:
    response = desk.writing.post(
        reverse("projects:write_use_case"),
        {**TOLD, "title": "", "organisation": desk.organisation.slug, "draft": "1"},
    )
    assert list(response.context["form"].errors) == ["title"]
    assert TOLD["summary"] in response.content.decode()


def test_an_editor_unpublishes_and_the_use_case_is_gone(desk: Desk) -> None:
    page = UseCaseFactory()
    response = desk.editing.post(reverse("wagtailadmin_pages:unpublish", args=[page.pk]))
    assert response.status_code == 302
    assert desk.reading.get(page.url + "?fresh").status_code == 404


def test_a_draft_is_sent_to_the_editors_from_the_list_of_ones_own(desk: Desk) -> None:
    page = desk.write("draft")
    url = reverse("projects:submit_use_case", args=[page.pk])
    assert f'action="{url}"' in desk.writing.get(reverse("projects:mine")).text
    stranger = Client()
    stranger.force_login(MembershipFactory(organisation=desk.organisation).member)
    assert stranger.post(url).status_code == 404
    assert desk.writing.get(url).status_code == 405
    assert not seen(page).workflow_in_progress
    answer = desk.writing.post(url, {"submit": "1"}, follow=True)
    assert seen(page).workflow_in_progress
    assert "hos redaktionen" in answer.text
    assert 'name="submit"' not in answer.text
    assert desk.writing.post(url, {"submit": "1"}).status_code == 403
    desk.answer(page, "reject")
    mine = desk.writing.get(reverse("projects:mine")).text
    assert 'name="submit"' not in mine, "what came back is changed before it is sent again"
    assert reverse("projects:edit_use_case", args=[page.pk]) in mine


def test_a_draft_without_a_summary_is_not_sent_to_the_editors(desk: Desk) -> None:
    """The admin saves such a draft; the site's list offers to send it."""
    page = desk.write("draft")
    version = page.get_latest_revision_as_object()
    version.summary = " "
    version.save_revision()
    answer = desk.writing.post(reverse("projects:submit_use_case", args=[page.pk]), follow=True)
    assert not seen(page).workflow_in_progress
    assert "Skriv en sammanfattning" in answer.text
    assert answer.context["form"].initial["title"] == TOLD["title"], "one can write it there"


@pytest.mark.parametrize("elsewhere", [False, True])
def test_who_may_not_send_a_draft_in_is_not_offered_to(elsewhere: bool) -> None:
    waiting = MembershipFactory(waiting=True)
    if elsewhere:  # To speak for another organisation is of no use.
        MembershipFactory(member=waiting.member)
    client = Client()
    client.force_login(waiting.member)
    client.post(
        reverse("projects:write_use_case"), {**TOLD, "organisation": waiting.organisation.slug, "draft": "1"}
    )
    page = UseCasePage.objects.get()
    mine = client.get(reverse("projects:mine")).text
    assert TOLD["title"] in mine
    assert 'name="submit"' not in mine
    assert client.post(reverse("projects:submit_use_case", args=[page.pk])).status_code == 403


def test_the_author_reads_what_is_with_the_editors_and_nobody_else_does(desk: Desk) -> None:
    page = desk.write()
    address = reverse("projects:read_use_case", args=[page.pk])
    mine = desk.writing.get(reverse("projects:mine")).text
    assert f'<a href="{address}">{TOLD["title"]}</a>' in mine
    assert reverse("projects:edit_use_case", args=[page.pk]) not in mine
    shown = desk.writing.get(address).text
    assert TOLD["summary"] in shown
    assert "<strong>hela tiden</strong>" in shown
    assert "hos redaktionen" in shown
    assert "<form class" not in shown.partition("<main")[2]
    colleague = Client()
    colleague.force_login(MembershipFactory(organisation=desk.organisation).member)
    for client in (colleague, desk.editing):
        assert client.get(address).status_code == 404
    assert desk.reading.get(address).status_code == 302


def test_a_draft_is_read_as_it_was_last_saved_until_its_author_leaves_the_organisation(desk: Desk) -> None:
    page = desk.write("draft")
    desk.rewrite(page, "draft", title="Svara snabbare")
    address = reverse("projects:read_use_case", args=[page.pk])
    shown = desk.writing.get(address).text
    assert "Svara snabbare" in shown
    assert "Bara du och redaktionen kan se det" in shown
    desk.author.memberships.all().delete()
    left = desk.writing.get(address)
    assert left.status_code == 403
    assert "Svara snabbare" not in left.text


def test_what_is_published_stays_in_the_authors_list_and_earlier_links_lead_to_it(desk: Desk) -> None:
    page = desk.write()
    assert "Publicerade användningsfall" not in desk.writing.get(reverse("projects:mine")).text
    desk.answer(page, "approve")
    page = seen(page)
    UseCaseFactory(title="Någon annans")
    mine = desk.writing.get(reverse("projects:mine")).text
    assert "Publicerade användningsfall" in mine
    assert f'href="{page.url}"' in mine
    assert "Någon annans" not in mine
    assert page.url not in desk.editing.get(reverse("projects:mine")).text
    for name in ("projects:edit_use_case", "projects:read_use_case"):
        address = reverse(name, args=[page.pk])
        assert desk.writing.get(address)["Location"] == page.url
        assert desk.editing.get(address).status_code == 404
    desk.author.memberships.all().delete()
    assert page.url not in desk.writing.get(reverse("projects:mine")).text


def test_what_is_published_in_two_languages_is_listed_once(desk: Desk) -> None:
    page = UseCaseFactory(owner=desk.author)
    english = translated(page, title="Answer questions")
    with translation.override("en"):
        assert desk.writing.get(reverse("projects:mine")).context["published"].get().pk == english.pk
    assert desk.writing.get(reverse("projects:mine")).context["published"].get().pk == page.pk


def test_a_draft_says_in_which_language_it_is_where_that_is_another(desk: Desk) -> None:
    desk.write("draft")
    with translation.override("en"):
        mine = desk.writing.get(reverse("projects:mine")).text
    assert "In Swedish" in mine
    assert '<h3 class="hit-title" lang="sv"><a href' in mine
    assert "På svenska" not in desk.writing.get(reverse("projects:mine")).text


def test_the_form_says_whether_one_writes_or_changes_a_use_case(desk: Desk) -> None:
    page = desk.write("draft")
    changing = desk.writing.get(reverse("projects:edit_use_case", args=[page.pk])).text
    assert "<h1>Redigera ditt användningsfall</h1>" in changing
    assert "<h1>Skriv ett" not in changing
    assert "<h1>Skriv ett användningsfall</h1>" in desk.writing.get(reverse("projects:write_use_case")).text
