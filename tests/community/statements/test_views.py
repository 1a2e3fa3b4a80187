"""Members state what their organisation offers and seeks, in a sentence, and others find it in a list."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from community.members.models import Member
from community.organisations.models import Membership
from community.statements.limits import STATING
from community.statements.models import Statement
from knowledge.models import Area, Capability, Place, Technology
from subjects.models import Visibility
from tests.factories import (
    MemberFactory,
    MembershipFactory,
    OrganisationFactory,
    ProjectFactory,
    ReferenceFactory,
    StatementFactory,
)

pytestmark = pytest.mark.django_db
CLIENT, FRESH = Client(), count()


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


@pytest.fixture
def anna() -> Membership:
    return MembershipFactory()


def write_address(membership: Membership) -> str:
    return reverse("statements:write", args=[membership.organisation.slug])


def titles(query: str = "") -> list[str]:
    """The list as a visitor sees it, who has no page of it yet."""
    page = visit(f"{reverse('statements:list')}?{query}").context["page"]
    return [str(statement) for statement in page]


def visit(address: str) -> Any:
    """Read a page as a visitor. No earlier request has the same address, so it is not one that is kept."""
    return CLIENT.get(f"{address}{'&' if '?' in address else '?'}fresh={next(FRESH)}")


def test_one_sentence_is_enough_from_the_organisations_page(anna: Membership) -> None:
    client, page = signed_in(anna.member), anna.organisation.get_absolute_url()
    shown = client.get(page).content.decode()
    assert f'action="{write_address(anna)}"' in shown
    assert f'action="{write_address(anna)}"' not in visit(page).content.decode()
    said = {"kind": "seeks", "text": "En testpartner.", "contact": anna.member_id}
    assert client.post(write_address(anna), said)["Location"] == page
    assert "En testpartner." in visit(page).content.decode()
    statement = Statement.objects.get()
    assert (statement.contact, statement.visibility, statement.about) == (anna.member, "public", None)
    assert titles() == ["En testpartner."]


def test_a_project_shows_what_is_said_about_it(anna: Membership) -> None:
    project = ProjectFactory(organisation=anna.organisation, author=anna.member)
    address = f"{write_address(anna)}?about={project.subject_id}"
    client = signed_in(anna.member)
    assert f'action="{address}"' in client.get(project.get_absolute_url()).content.decode()
    answer = client.post(address, {"kind": "offers", "text": "Provfrågor."})
    assert answer["Location"] == project.get_absolute_url()
    assert "Provfrågor." in visit(project.get_absolute_url()).content.decode()
    assert "Provfrågor." not in visit(anna.organisation.get_absolute_url()).content.decode()
    shown = visit(Statement.objects.get().get_absolute_url()).content.decode()
    assert project.title in shown


def test_the_form_of_a_project_writes_a_statement_for_each_line(anna: Membership) -> None:
    client = signed_in(anna.member)
    area = Area.objects.get(code="09")
    card = {
        "title": "Sortera post",
        "stage": "pilot",
        "language": "sv",
        "organisation": anna.organisation.slug,
        "areas": [area.code],
        "offers": "Vår kod.\n\n  Ett studiebesök. \nVår kod.",
        "seeks": "En testpartner.",
        "publish": "1",
    }
    client.post(reverse("projects:write"), card)
    project = anna.organisation.projects.get()
    said = project.subject.statements.by_kind()
    assert [str(one) for one in said["offers"]] == ["Vår kod.", "Ett studiebesök."]
    assert [str(one) for one in said["seeks"]] == ["En testpartner."]
    assert list(said["seeks"][0].areas.all()) == [area]
    edit = client.get(reverse("projects:edit", args=[project.pk])).content.decode()
    assert said["offers"][1].get_absolute_url() in edit, "the form links to what is said already"
    client.post(reverse("projects:edit", args=[project.pk]), {**card, "offers": "Mer.", "seeks": ""})
    assert project.subject.statements.count() == 4
    too_long = client.post(reverse("projects:write"), {**card, "seeks": "x" * 301})
    assert too_long.status_code == 422
    assert "x" * 301 in too_long.content.decode(), "the form keeps the text"
    assert anna.organisation.projects.count() == 1


def test_all_questions_can_be_answered_and_changed(anna: Membership) -> None:
    client = signed_in(anna.member)
    until = timezone.localdate() + timedelta(days=60)
    said = {
        "kind": "offers",
        "text": "Ett avtal.",
        "text_en": "An agreement.",
        "capability": "contract-text",
        "until": until.isoformat(),
        "contact": anna.member_id,
        "areas": ["09"],
        "technologies": ["speech"],
        "visibility": "members",
    }
    assert client.post(write_address(anna), said).status_code == 302
    statement = Statement.objects.get()
    assert (statement.capability.code, statement.until, statement.audience) == (
        "contract-text",
        until,
        {"members"},
    )
    assert visit(statement.get_absolute_url()).status_code == 404
    change = reverse("statements:change", args=[statement.pk])
    form = client.get(change).context["form"]
    assert (form["capability"].value(), form["areas"].value()) == ("contract-text", ["09"])
    client.post(change, {**said, "text": "Ett bättre avtal.", "visibility": "public", "areas": []})
    shown = client.get(statement.get_absolute_url()).content.decode()
    assert "Ett bättre avtal." in shown
    assert "Ett avtal." in shown, "the earlier text is kept"
    assert "Ett avtal." not in visit(statement.get_absolute_url()).content.decode()
    assert Statement.objects.get().areas.count() == 0


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"kind": "seeks", "text": "x" * 301}, "text"),
        ({"kind": "sells", "text": "Allt"}, "kind"),
        ({"kind": "seeks"}, "text"),
        ({"kind": "seeks", "text": "\u200b"}, "text"),
        ({"kind": "seeks", "text": "Allt", "until": "2020-01-01"}, "until"),
        ({"kind": "seeks", "text": "Allt", "capability": "magic"}, "capability"),
        ({"kind": "seeks", "text": "Allt", "visibility": "room"}, "visibility"),
    ],
)
def test_an_invalid_statement_is_refused(anna: Membership, answers: dict[str, str], field: str) -> None:
    response = signed_in(anna.member).post(write_address(anna), answers)
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert answers.get("text", "").strip("\u200b") in response.content.decode(), "the form keeps the text"
    assert not Statement.objects.exists()


def test_only_members_of_the_organisation_can_be_the_contact(anna: Membership) -> None:
    said = {"kind": "seeks", "text": "Allt", "contact": MemberFactory().pk}
    assert signed_in(anna.member).post(write_address(anna), said).status_code == 422


def test_an_english_reader_writes_in_english_first(anna: Membership) -> None:
    with translation.override("en"):
        address = write_address(anna)
    client = signed_in(anna.member)
    assert client.get(address).context["form"].first_field.name == "text_en"
    client.post(address, {"kind": "offers", "text_en": "A study visit."})
    statement = Statement.objects.get()
    assert (statement.text, statement.text_en) == ("", "A study visit.")
    with translation.override("sv"):
        assert (statement.reading, statement.reading_language) == ("A study visit.", "en")


def test_a_statement_is_ended_and_reopened(anna: Membership) -> None:
    statement = StatementFactory(organisation=anna.organisation)
    client, page = signed_in(anna.member), statement.get_absolute_url()
    assert client.get(reverse("statements:end", args=[statement.pk])).status_code == 405
    shown = client.post(reverse("statements:end", args=[statement.pk]), follow=True).content.decode()
    assert reverse("statements:reopen", args=[statement.pk]) in shown
    assert str(Visibility.PUBLIC.label) not in shown.split("<main")[1], (
        "it does not say that everyone sees it"
    )
    assert visit(page).status_code == 404
    assert titles() == []
    assert page in client.get(anna.organisation.get_absolute_url()).content.decode(), "its colleagues find it"
    client.post(reverse("statements:reopen", args=[statement.pk]))
    assert visit(page).status_code == 200
    assert titles() == [str(statement)]


def test_an_expired_statement_leaves_the_list_and_is_renewed(anna: Membership) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    statement = StatementFactory(organisation=anna.organisation, until=yesterday)
    StatementFactory(text="Gäller i dag.", until=timezone.localdate())
    assert titles() == ["Gäller i dag."]
    assert str(statement) not in visit(anna.organisation.get_absolute_url()).content.decode()
    renew = reverse("statements:renew", args=[statement.pk])
    assert renew in signed_in(anna.member).get(statement.get_absolute_url()).content.decode()
    assert renew not in visit(statement.get_absolute_url()).content.decode()
    signed_in(anna.member).post(renew)
    assert set(titles()) == {str(statement), "Gäller i dag."}


def test_the_list_is_narrowed_and_sorted() -> None:
    today = timezone.localdate()
    north = OrganisationFactory(place=Place.objects.get(code="2480"))
    data = StatementFactory(
        text="Data", kind="offers", capability=Capability.objects.get(code="data"), until=today
    )
    data.areas.set([Area.objects.get(code="09.1")])
    site = StatementFactory(
        text="Testmiljö",
        kind="seeks",
        capability=Capability.objects.get(code="test-site"),
        organisation=north,
    )
    site.technologies.set([Technology.objects.get(code="speech")])
    reference = ReferenceFactory()
    StatementFactory(text="Från en förteckning", project=reference, is_reference=True)
    StatementFactory(text="Hos medlemmar", organisation=OrganisationFactory(audience=frozenset({"members"})))
    assert titles() == ["Testmiljö", "Data"]
    assert titles("sort=ending") == ["Data", "Testmiljö"]
    assert titles("statement_kind=offers") == ["Data"]
    assert titles("capability=test-site") == ["Testmiljö"]
    assert titles("area=09") == ["Data"]
    assert titles("technology=ai") == ["Testmiljö"]
    assert titles("place=24") == ["Testmiljö"]
    assert titles("capability=data&place=24") == []


def test_the_list_takes_a_constant_number_of_queries(
    django_assert_max_num_queries: object, client: Client
) -> None:
    organisation = MembershipFactory().organisation
    for _ in range(8):
        StatementFactory(project=ProjectFactory(organisation=organisation))
    client.force_login(MemberFactory())
    client.get(reverse("projects:list"))
    with django_assert_max_num_queries(15):
        assert len(client.get(reverse("statements:list")).context["page"]) == 8


def test_the_front_page_shows_what_is_sought(client: Client) -> None:
    StatementFactory(kind="seeks", text="En matbank.")
    StatementFactory(kind="offers", text="Ett kök.")
    shown = client.get("/").content.decode()
    assert "En matbank." in shown
    assert "Ett kök." not in shown


def test_colleagues_share_the_limit_and_refused_strangers_do_not_use_it(
    twenty_past: None, anna: Membership
) -> None:
    bo, stranger = MembershipFactory(organisation=anna.organisation), MembershipFactory()
    said = {"kind": "does", "text": "Vi läser brev."}
    for _ in range(3):
        assert signed_in(stranger.member).post(write_address(anna), said).status_code == 403
    for number in range(STATING.count):
        author = signed_in((anna if number % 2 else bo).member)
        assert author.post(write_address(anna), {**said, "text": f"Nr {number}"}).status_code == 302
    refused = signed_in(bo.member).post(write_address(anna), said)
    assert (refused.status_code, refused["Retry-After"].isdecimal()) == (429, True)
    assert anna.organisation.statements.count() == STATING.count
