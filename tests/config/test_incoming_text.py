"""Text that members and editors send is normalised before it is checked, counted and stored."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Locale

from community.discussions.models import Post
from community.discussions.services import thread_of
from community.projects.models import Project
from core.fields import INVISIBLE_SIGN, NO_VISIBLE_SIGN
from knowledge.models import ArticlePage, SectionPage, Tag
from tests.factories import (
    MemberFactory,
    MembershipFactory,
    OrganisationFactory,
    ProjectFactory,
    StatementFactory,
    UseCaseFactory,
)
from tests.support.cases import read_case

pytestmark = pytest.mark.django_db


def test_a_line_break_counts_as_one_character_as_in_the_browser(client: Client) -> None:
    text = read_case("11-newlines.txt")
    client.force_login(MemberFactory())
    thread = thread_of(UseCaseFactory().work)
    response = client.post(
        reverse("discussions:post", args=[thread.pk]), {"text": text.replace("\n", "\r\n")}
    )
    assert response.status_code == 302
    assert Post.objects.get().text == text.strip()


def test_a_control_character_in_a_title_is_removed_when_a_project_is_saved(client: Client) -> None:
    membership = MembershipFactory()
    client.force_login(membership.member)
    response = client.post(
        reverse("projects:write"),
        {
            "title": read_case("08-title-control.txt"),
            "stage": "pilot",
            "language": "sv",
            "organisation": membership.organisation.slug,
        },
    )
    assert response.status_code == 302
    assert Project.objects.get(author=membership.member).title == "Läcksökning i nätet"


def test_text_of_an_editor_is_normalised_in_plain_and_rich_text_fields(admin_client: Client) -> None:
    section = SectionPage.objects.get(lists="article", locale=Locale.objects.get(language_code="sv"))
    block = {
        "key": "a",
        "type": "unstyled",
        "depth": 0,
        "text": "Va\u0308xjo\u0308\u000bfet",
        "inlineStyleRanges": [{"offset": 8, "length": 3, "style": "BOLD"}],
        "entityRanges": [],
    }
    response = admin_client.post(
        reverse("wagtailadmin_pages:add", args=["knowledge", "articlepage", section.pk]),
        {
            "title": "La\u0308ck\x0bsökning",
            "slug": "lack",
            "summary": "a\u0308",
            "body": json.dumps({"blocks": [block], "entityMap": {}}),
            "tags": "",
        },
    )
    assert response.status_code == 302, response.context["form"].errors
    page = ArticlePage.objects.get(slug="lack")
    assert (page.title, page.summary) == ("Läck sökning", "ä")
    assert "Växjö\n" in page.body
    assert ">fet</b>" in page.body, "emphasis stays at its place"


# --- names without visible characters

BLANK = "\u200b\u2060\xad"


def refusals(response: Any) -> dict[str, list[str]]:
    return {name: [str(error) for error in found] for name, found in response.context["form"].errors.items()}


def test_names_and_titles_without_visible_characters_are_refused_at_their_field(client: Client) -> None:
    said = [str(NO_VISIBLE_SIGN)]
    first, last = (line.split(": ")[1] for line in read_case("12-invisible.txt").splitlines()[0].split("   "))
    sign_up = {"first_name": first, "last_name": last, "organisation": BLANK}
    found = refusals(client.post(reverse("account_signup"), sign_up))
    assert {name: found[name] for name in sign_up} == dict.fromkeys(sign_up, said)

    membership = MembershipFactory()
    client.force_login(membership.member)
    profile = {"first_name": "\u200b", "last_name": "\u3164", "title": "\u2800"}
    assert refusals(client.post(reverse("members:profile"), profile)) == dict.fromkeys(profile, said)
    for address in ("projects:write", "use_cases:write"):
        assert refusals(client.post(reverse(address), {"title": BLANK}))["title"] == said
    client.post(
        reverse("statements:write", args=[membership.organisation.slug]), {"kind": "does", "text": BLANK}
    )
    assert not membership.organisation.statements.exists()
    assert not Project.objects.exists()


def test_an_editors_titles_and_names_without_visible_characters_are_refused(admin_client: Client) -> None:
    section = SectionPage.objects.get(lists="article", locale=Locale.objects.get(language_code="sv"))
    page = reverse("wagtailadmin_pages:add", args=["knowledge", "articlepage", section.pk])
    answers = {"title": BLANK, "slug": "lack", "body": "null"}
    assert refusals(admin_client.post(page, answers)) == {"title": [str(NO_VISIBLE_SIGN)]}
    theme = reverse("wagtailsnippets_knowledge_theme:add")
    answers = {"code": "x", "label_sv": BLANK, "label_en": "Seen"}
    assert refusals(admin_client.post(theme, answers)) == {"label_sv": [str(NO_VISIBLE_SIGN)]}
    member = MemberFactory()
    address = reverse("wagtailusers_users:edit", args=[member.pk])
    answers = {"email": member.email, "first_name": BLANK, "last_name": "Berg\u200b", "is_active": "on"}
    assert set(refusals(admin_client.post(address, answers))) == {"first_name", "last_name"}


def test_no_two_stored_names_differ_only_by_invisible_characters(client: Client) -> None:
    twin = "\u200bLäck\xadsökning "
    project, page = ProjectFactory(title=twin), UseCaseFactory(title=twin)
    statement, tag = StatementFactory(text=twin), Tag.objects.create(name=twin)
    organisation = OrganisationFactory(name=twin)
    for stored in (project, page, statement, tag, organisation):
        stored.refresh_from_db()
        assert str(stored) == "Läcksökning"
    member = MemberFactory(first_name="Anna", last_name="Ek")
    client.force_login(member)
    typed = read_case("12-invisible.txt").splitlines()[1].split("   ")[1].split(": ")[1]
    response = client.post(
        reverse("members:profile"), {"first_name": "Anna", "last_name": typed, "title": ""}
    )
    assert refusals(response) == {"last_name": [str(INVISIBLE_SIGN)]}
    client.post(reverse("members:profile"), {"first_name": "Anna", "last_name": "Berg", "title": ""})
    member.refresh_from_db()
    assert member.name == "Anna Berg", "a second Anna Berg is welcome"
