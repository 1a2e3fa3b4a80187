"""A new public body is visible only to its own members and staff, on every surface, until staff confirm it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings as configured
from django.urls import reverse
from pytest_django import Settings

from community.members.models import Member
from community.organisations import merging, services
from community.organisations.answers import Answer
from community.organisations.matching import OrganisationQuery, OrganisationResolver
from community.organisations.models import Membership, MergeCandidate, Organisation
from community.participation.models import Participation, Role
from community.projects import services as projects
from community.projects.cards import Card
from community.statements.inputs import StatementInput
from community.statements.services import write_statement
from core.audience import viewer_for
from core.refusals import NotAllowed
from knowledge.models import Area
from search.backends import backends
from search.indexing import rebuild
from tests.factories import (
    MemberFactory,
    MembershipFactory,
    OrganisationFactory,
    ProjectFactory,
    StatementFactory,
    UseCaseFactory,
)
from tests.permissions.table import PERSONS
from tests.permissions.things import Reader
from tests.permissions.world import World
from tests.support.sockets import session_of

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

WORD = "Kattuggla"
CARD = Card(title=f"Räkna med {WORD}", stage="pilot")


@pytest.fixture
def founder() -> Member:
    return MemberFactory(confirmed=True)


@pytest.fixture
def body(founder: Member) -> Organisation:
    name = f"Region {WORD}"
    return services.create_organisation(name=name, kind="region", place=None, actor=founder)


@pytest.fixture
def area(body: Organisation) -> Area:
    """Create a term whose page lists projects and use cases with it."""
    area = Area.objects.filter(parent__isnull=False).first()
    assert area
    statement = StatementFactory(organisation=body)
    statement.areas.set([area])
    statement.save()
    return area


@pytest.fixture
def readers(founder: Member) -> dict[str, Reader]:
    world = World()
    world.people["founder"], world._sessions["founder"] = founder, session_of(founder)
    return {who: Reader(world.browser(who)) for who in (*PERSONS, "founder")}


SEE_IT = {"founder", "staff"}


def surfaces(body: Organisation, area: Area) -> dict[str, tuple[str, dict[str, object]]]:
    return {
        "its page": (body.get_absolute_url(), {}),
        "its page in English": (f"/en/organisations/{body.slug}/", {}),
        "the list": (reverse("organisations:list"), {"sort": "name", "letter": "R", "kind": "region"}),
        "names as one types": (reverse("organisations:names"), {"organisation": "kattuggl"}),
        "suggestions": (reverse("organisations:suggestions"), {"q": "kattuggl"}),
        "the API's list": (reverse("api:organisations"), {"kind": "region", "limit": 100}),
        "the API": (reverse("api:organisation", args=[body.slug]), {}),
        "the area's page": (area.get_absolute_url(), {}),
    }


def faults(
    readers: dict[str, Reader], asked: dict[str, tuple[str, dict[str, object]]], see_it: set[str]
) -> Iterator[str]:
    for who, reader in readers.items():
        for surface, (address, query) in asked.items():
            shown = WORD in reader.read(address, **query, fresh=len(see_it))
            if shown != (who in see_it):
                yield f"{'leaked to' if shown else 'is hidden from'} {who} by {surface}"


def for_everybody() -> str:
    """Return the pages that are the same for everyone."""
    reader = Reader(World().browser("visitor"))
    addresses = [reverse("home"), reverse("feed"), reverse("sitemap_part", args=["organisations", 1])]
    return "".join(reader.read(address, fresh=1) for address in addresses)


def test_only_its_members_and_staff_see_a_new_body_until_staff_confirm_it(
    body: Organisation, area: Area, readers: dict[str, Reader]
) -> None:
    assert list(faults(readers, surfaces(body, area), SEE_IT)) == []
    assert WORD.lower() not in for_everybody().lower()
    services.confirm_membership(actor=MemberFactory(is_staff=True), membership=body.memberships.get())
    assert list(faults(readers, surfaces(body, area), set(readers))) == []
    assert body.slug in for_everybody()


@pytest.mark.parametrize("backend", configured.SEARCH_BACKENDS)
def test_only_its_members_and_staff_find_a_new_body(
    backend: str, body: Organisation, area: Area, readers: dict[str, Reader], settings: Settings
) -> None:
    asked = {
        "results": (reverse("search:search"), {"q": f"region {WORD[:-1]}"}),
        "suggestions": (reverse("search:suggest"), {"q": "kattuggl"}),
        "organisations": (reverse("search:search"), {"kind": "organisation", "sort": "newest"}),
    }
    settings.SEARCH_BACKENDS = [backend]
    rebuild(backends()[0])
    found = {
        who: {
            way: body.get_absolute_url() in reader.read(address, **query)
            for way, (address, query) in asked.items()
        }
        for who, reader in readers.items()
    }
    assert {who for who, found_by in found.items() if any(found_by.values())} == SEE_IT, found
    assert found["founder"]["organisations"]
    assert found["founder"]["suggestions"]


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_an_answer_to_an_invisible_request_does_not_redirect_to_the_organisation(
    body: Organisation, readers: dict[str, Reader], answer: str
) -> None:
    """The redirect would contain the organisation's name, and numbers of requests can be guessed."""
    asked = body.memberships.get()
    url = reverse("organisations:answer_request", args=[asked.pk])
    led = {}
    for who, reader in readers.items():
        if who not in SEE_IT:
            response = reader.browser.post(url, {"answer": answer, "organisation": "x"})
            led[who] = response.get("Location", "")
            assert WORD.lower() not in (led[who] + response.text).lower(), who
    asked.refresh_from_db()
    assert asked.confirmed_at is None


def test_the_founder_of_a_new_body_can_draft_but_not_publish_in_its_name(
    body: Organisation, founder: Member
) -> None:
    with pytest.raises(NotAllowed):
        projects.post_project(actor=founder, organisation=body, card=CARD)
    draft = projects.post_project(actor=founder, organisation=body, card=CARD, publish=False)
    with pytest.raises(NotAllowed):
        projects.publish_project(actor=founder, project=draft)
    with pytest.raises(NotAllowed):
        write_statement(actor=founder, organisation=body, said=StatementInput(kind="does", text="Vi räknar."))
    draft.refresh_from_db()
    assert draft.audience == {f"member:{founder.pk}"}


def test_a_published_use_case_does_not_name_a_new_body(
    body: Organisation, founder: Member, settings: Settings
) -> None:
    page = UseCaseFactory(title="Räkna fåglar")
    Participation.objects.create(
        subject=page.work.subject, organisation=body, role=Role.OWNER, author=founder
    )
    settings.SEARCH_BACKENDS = configured.SEARCH_BACKENDS[:1]
    rebuild(backends()[0])
    visitor = Reader(World().browser("visitor"))
    for address, query in ((page.url, {}), (reverse("search:search"), {"q": "räkna fåglar"})):
        shown = visitor.read(address, **query)
        assert page.url in shown
        assert WORD not in shown


def sees(member: Member, body: Organisation) -> bool:
    return Organisation.objects.visible_to(viewer_for(member)).filter(pk=body.pk).exists()


def test_a_member_who_withdraws_the_request_no_longer_sees_the_body(
    body: Organisation, founder: Member
) -> None:
    assert sees(founder, body)
    asked = body.memberships.get()
    staff = MemberFactory(is_staff=True)
    answer = Answer.awaited(asked)
    services.decline_membership(actor=staff, membership=asked)
    assert not sees(founder, body)
    assert sees(staff, body)
    services.undo_answer(actor=staff, answer=answer)
    assert sees(founder, body)


@pytest.mark.parametrize("has_published", [False, True])
def test_a_confirmation_can_be_undone_and_published_subjects_keep_the_name(
    body: Organisation, founder: Member, has_published: bool
) -> None:
    staff, stranger, asked = MemberFactory(is_staff=True), MemberFactory(), body.memberships.get()
    awaited = Answer.awaited(asked)
    services.confirm_membership(actor=staff, membership=asked)
    assert sees(stranger, body)
    given = Answer(**{**vars(awaited), "confirmed_at": Membership.objects.get(pk=asked.pk).confirmed_at})
    if has_published:
        ProjectFactory(organisation=body, author=founder)
    services.undo_answer(actor=staff, answer=Answer.opened(given.sealed()) or given)
    assert sees(stranger, body) is has_published
    assert sees(founder, body)


def test_an_inventory_that_names_a_new_body_creates_another_and_staff_merge_them(body: Organisation) -> None:
    sought = OrganisationQuery(name=body.name, country_id=body.country_id, kind="region")
    found, created = OrganisationResolver().resolve_or_create([sought])
    assert created == [found[sought]] != [body.pk]
    services.confirm_membership(actor=MemberFactory(is_staff=True), membership=body.memberships.get())
    assert MergeCandidate.objects.filter(organisation=body, other=found[sought]).exists()


@pytest.mark.parametrize("kept", ["new", "known"])
def test_a_new_body_merged_with_a_public_organisation_is_visible_to_everyone(
    body: Organisation, kept: str
) -> None:
    known = MembershipFactory(organisation=OrganisationFactory(name="Uggleregionen")).organisation
    keep, absorb = (body, known) if kept == "new" else (known, body)
    merging.merge_organisations(keep=keep, absorb=absorb, actor=MemberFactory(is_staff=True))
    assert sees(MemberFactory(), Organisation.objects.get(pk=keep.pk))
    assert keep.memberships.waiting().count() == 1
