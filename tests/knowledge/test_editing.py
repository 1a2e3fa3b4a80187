"""A page links to its edit page for those who may edit it, and names its contact."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from community.members.models import Member
from community.members.roles import GROUPS
from core.audience import COUNCIL, EDITORS, MODERATORS, member_token
from knowledge.models import HomePage, PlainPage, SectionPage, Theme
from subjects.services import set_visibility
from tests.factories import (
    ArticleFactory,
    GuideFactory,
    MemberFactory,
    ProjectFactory,
    ReferenceFactory,
    UseCaseFactory,
    translated,
)
from tests.support.subjects import show_to

pytestmark = pytest.mark.django_db

PAGES: dict[str, Callable[[], Any]] = {
    "guide": GuideFactory,
    "article": ArticleFactory,
    "use case": UseCaseFactory,
    "section": lambda: SectionPage.objects.get(slug="guider"),
    "plain page": lambda: PlainPage.objects.get(slug="om"),
    "home": lambda: HomePage.objects.get(slug="sv"),
}
MAY_EDIT = {
    "visitor": False,
    "member": False,
    "moderator": False,
    "council": False,
    "editor": True,
    "staff": True,
}
ROLES = {"moderator": MODERATORS, "council": COUNCIL, "editor": EDITORS}


def browser(person: str) -> Client:
    client = Client()
    if person == "visitor":
        return client
    member = MemberFactory(is_staff=person == "staff", is_superuser=person == "staff")
    if person in ROLES:
        member.groups.add(Group.objects.get(name=GROUPS[ROLES[person]]))
    client.force_login(member)
    return client


@pytest.mark.parametrize("person", MAY_EDIT)
@pytest.mark.parametrize("page", PAGES)
def test_the_edit_link_is_shown_only_to_those_who_may_edit_the_page(page: str, person: str) -> None:
    found = PAGES[page]()
    html = browser(person).get(found.url).text
    assert (reverse("wagtailadmin_pages:edit", args=[found.pk]) in html) == MAY_EDIT[person]


@pytest.mark.parametrize("person", MAY_EDIT)
def test_the_menu_links_to_the_admin_for_those_who_may_enter_it(person: str) -> None:
    html = browser(person).get("/?fresh").text
    assert (f'href="{reverse("wagtailadmin_home")}"' in html) == MAY_EDIT[person]


def test_a_page_cached_for_visitors_never_shows_the_edit_link() -> None:
    page = GuideFactory()
    link = reverse("wagtailadmin_pages:edit", args=[page.pk])
    for person in ("editor", "visitor", "editor", "member"):
        html = browser(person).get(page.url).text
        assert (link in html) == (person == "editor")
        assert ("/admin/" in html) == (person == "editor")


def test_editors_edit_a_project_in_the_admin_but_no_record_of_an_inventory() -> None:
    project, reference = ProjectFactory(), ReferenceFactory()
    link = "wagtailsnippets_projects_project:edit"
    assert reverse(link, args=[project.pk]) in browser("editor").get(project.get_absolute_url()).text
    assert reverse(link, args=[reference.pk]) not in browser("editor").get(reference.get_absolute_url()).text
    assert reverse(link, args=[project.pk]) not in browser("member").get(project.get_absolute_url()).text
    assert (
        reverse("projects:edit", args=[project.pk]) in browser("staff").get(project.get_absolute_url()).text
    )


@pytest.fixture
def editor() -> Member:
    return MemberFactory(first_name="Eva", last_name="Sjö")


@pytest.mark.parametrize("kind", ["guide", "article", "use case"])
def test_the_responsible_editor_is_shown_as_the_contact_in_each_language(kind: str, editor: Member) -> None:
    page = PAGES[kind](editor=editor)
    other = translated(page, slug="other")
    for found, word in ((page, "Sidansvarig"), (other, "Page editor")):
        shown = browser("visitor").get(found.url).text
        assert word in shown
        assert "Eva Sjö" in shown
        assert editor.email not in shown
        assert editor.get_absolute_url() not in shown, "a member's page is for members"
    with_link = browser("member").get(page.url).text
    assert f'/{editor.pk}/">Eva Sjö</a>' in with_link


def test_an_editor_with_a_closed_account_is_not_shown(editor: Member) -> None:
    page = GuideFactory(editor=editor)
    Member.objects.filter(pk=editor.pk).update(is_active=False)
    assert "Eva Sjö" not in browser("visitor").get(page.url).text


@pytest.mark.parametrize("kind", ["guide", "article", "use case"])
def test_themes_are_shown(kind: str) -> None:
    theme = Theme.objects.first()
    page = PAGES[kind](themes=[theme])
    assert theme.label_sv in browser("visitor").get(page.url).text


def test_a_stopped_use_case_shows_the_reason() -> None:
    page = UseCaseFactory(stage="retired", stop_reason="Avtalet gick ut.")
    assert "Avtalet gick ut." in browser("visitor").get(page.url).text


@pytest.mark.parametrize("visibility", ["public", "members", "organisation"])
def test_the_admin_link_of_a_project_is_shown_only_to_those_it_opens_for(visibility: str) -> None:
    """Authors who left the organisation still see their own draft and may have a role, but the admin hides others'
    drafts."""
    editor = MemberFactory()
    editor.groups.add(Group.objects.get(name=GROUPS[EDITORS]))
    client = Client()
    client.force_login(editor)
    project, own = ProjectFactory(), ProjectFactory(publish=False)
    for each in (project, own):  # Only its author sees the draft, whatever visibility was chosen.
        set_visibility(instance=each, visibility=visibility)
    show_to(own, {member_token(editor.pk)})
    for shown in (project, own):
        page, link = (
            client.get(shown.get_absolute_url()),
            reverse("wagtailsnippets_projects_project:edit", args=[shown.pk]),
        )
        assert (link in page.text) == (client.get(link).status_code == 200)
    assert link not in page.text
