"""Memberships of an organisation, their confirmation, and the page of the organisation."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import connections
from django.test import Client
from django.utils import translation
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from community.organisations import naming, policies, services
from community.organisations.matching import OrganisationQuery, OrganisationResolver
from community.organisations.models import (
    PUBLIC_KINDS,
    Alias,
    Kind,
    Membership,
    Organisation,
    PlannedOrganisation,
    Role,
)
from community.organisations.names import name_key
from community.organisations.signals import OrganisationsChanged, organisations_changed
from community.organisations.urls import urlpatterns
from core.audience import viewer_for
from core.refusals import NotAllowed
from knowledge.models import Place
from tests.factories import MemberFactory, MembershipFactory, OrganisationFactory

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


def verify(member: Any, email: str) -> None:
    """Confirm the address, as the link in the mail does."""
    address = EmailAddress.objects.create(user=member, email=email, verified=True)
    email_confirmed.send(sender=EmailAddress, request=None, email_address=address)


# --- rules

#                speak  edit   confirm decline
MATRIX = {
    "anonymous": (False, False, False, False),
    "stranger": (False, False, False, False),
    "waiting": (False, False, False, False),
    "themselves": (False, False, False, True),
    "member": (True, False, False, False),
    "admin": (True, True, True, True),
    "staff": (False, True, True, True),
}


@pytest.mark.parametrize("who", MATRIX)
def test_each_viewer_may_do_what_the_matrix_says(
    who: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    request = MembershipFactory(waiting=True)
    organisation = request.organisation
    people: dict[str, Callable[[], Any]] = {
        "anonymous": AnonymousUser,
        "stranger": lambda: MembershipFactory(role=Role.ADMIN).member,
        "waiting": lambda: MembershipFactory(organisation=organisation, waiting=True).member,
        "themselves": lambda: request.member,
        "member": lambda: MembershipFactory(organisation=organisation).member,
        "admin": lambda: MembershipFactory(organisation=organisation, role=Role.ADMIN).member,
        "staff": lambda: MemberFactory(is_staff=True),
    }
    viewer = viewer_for(people[who]())
    with django_assert_num_queries(0):
        decisions = (
            policies.can_speak_for(viewer, organisation),
            policies.can_edit(viewer, organisation),
            policies.can_confirm(viewer, request),
            policies.can_decline(viewer, request),
        )
    assert tuple(bool(decision) for decision in decisions) == MATRIX[who]
    assert all(decision.allowed or decision.reason for decision in decisions), "a refusal has a reason"


def test_a_waiting_administrator_cannot_confirm_memberships() -> None:
    request = MembershipFactory(waiting=True)
    pretender = MembershipFactory(organisation=request.organisation, role=Role.ADMIN, waiting=True)
    for membership in (request, pretender):
        with pytest.raises(NotAllowed):
            services.confirm_membership(actor=pretender.member, membership=membership)
    assert not request.organisation.memberships.confirmed().exists()


# --- joining


def test_a_member_who_creates_an_organisation_becomes_its_administrator() -> None:
    founder = MemberFactory(confirmed=True)
    growers = services.create_organisation(
        name="Odlarna i Växjö", kind="civil_society", place=Place.objects.get(code="0780"), actor=founder
    )
    membership = growers.memberships.get()
    assert (membership.member, membership.role) == (founder, Role.ADMIN)
    assert membership.confirmed_at
    growers.refresh_from_db()
    assert growers.claimed_at
    assert (growers.country.code, growers.slug) == ("SE", "odlarna-i-vaxjo")


@pytest.mark.parametrize("name", ["Växjö kommun", "VÄXJÖ KOMMUN", "Vaxjo kommun", "Municipality of Växjö"])
def test_a_known_name_cannot_be_added_again_in_another_spelling(name: str) -> None:
    before = Organisation.objects.count()
    with pytest.raises(naming.NameTaken):
        services.create_organisation(
            name=name, kind="municipality", place=None, actor=MemberFactory(confirmed=True)
        )
    assert Organisation.objects.count() == before
    assert not Membership.objects.exists()


LOOKING_LIKE_GRANVIK = [
    "Grаnviks kommun",  # A Cyrillic а.
    "Grαnviks kommun",  # A Greek alpha.
    "ԌRΑNVIKS KОMMUN".replace("Ԍ", "G"),  # Greek and Cyrillic capitals.
    "Gran\u200bviks\u00ad kommun\u3164",
    "Granviks  kommun (officiell)",
    "Official: Granviks kommun!",
    "Ｇranviks　kommun",
    "Granvik’s-kommun",
    "Kommunen Granvik",
    "Granviks kommunen",
    "Granvikskommun",
    "GranvIks kommun".replace("I", "l"),  # A small L for an i.
    "Granv1ks kommun",
]


@pytest.mark.parametrize("claimed", [True, False])
@pytest.mark.parametrize("name", LOOKING_LIKE_GRANVIK)
def test_a_name_that_looks_like_an_existing_one_cannot_be_added(name: str, claimed: bool) -> None:
    granvik = OrganisationFactory(name="Granviks kommun", kind="municipality")
    if claimed:
        MembershipFactory(organisation=granvik)
    for kind in ("municipality", "other"):
        with pytest.raises(naming.NameTaken):
            services.create_organisation(
                name=name, kind=kind, place=None, actor=MemberFactory(confirmed=True)
            )


@pytest.mark.parametrize("name", ["Granbo kommun", "Grandviks kommun", "Föreningen Granvik"])
def test_a_different_name_can_be_added(name: str) -> None:
    OrganisationFactory(name="Granviks kommun", kind="municipality")
    founder = MemberFactory(confirmed=True)
    added = services.create_organisation(actor=founder, name=name, kind="other", place=None)
    assert added.name == name


def test_aliases_of_an_organisation_are_taken_too() -> None:
    granvik = OrganisationFactory(name="Granviks kommun", kind="municipality")
    Alias.objects.create(organisation=granvik, name="Tallvik", key=name_key("Tallvik"))
    with pytest.raises(naming.NameTaken):
        services.create_organisation(
            actor=MemberFactory(confirmed=True), name="Tаllvik", kind="other", place=None
        )


@pytest.mark.parametrize(("kind", "waits"), [(kind, kind in PUBLIC_KINDS) for kind in Kind.values])
def test_a_member_who_adds_a_public_body_waits_for_staff(kind: str, waits: bool) -> None:
    founder, staff = MemberFactory(confirmed=True), MemberFactory(is_staff=True)
    added = services.create_organisation(name="Nybygget", kind=kind, place=None, actor=founder)
    membership = added.memberships.get()
    assert (membership.confirmed_at is None) is waits
    assert (added.claimed_at is None) is waits
    assert bool(policies.can_speak_for(viewer_for(founder), added)) is not waits
    assert bool(policies.can_edit(viewer_for(founder), added)) is not waits
    with pytest.raises(NotAllowed):
        services.confirm_membership(actor=MemberFactory(), membership=membership)
    if waits:
        with pytest.raises(NotAllowed):
            services.confirm_membership(actor=founder, membership=membership)
        services.confirm_membership(actor=staff, membership=membership)
    added.refresh_from_db()
    membership.refresh_from_db()
    assert added.claimed_at
    assert membership.role == Role.ADMIN


def test_names_with_the_same_slug_get_different_slugs() -> None:
    founder = MemberFactory(confirmed=True)
    slugs = [
        services.create_organisation(actor=founder, name=name, kind="other", place=None).slug
        for name in ("Ny väg", "Nyväg", "Ny-vag framåt", "Αθήνα")
    ]
    assert len(set(slugs)) == 4
    assert slugs[3] == "organisation"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("same", ["name and country", "name", "neither"])
def test_concurrent_requests_create_each_organisation_once(same: str) -> None:
    countries = ["SE"] * 4 if same == "name and country" else ["SE", "DK", "NO", "FI"]
    names = ["Ny väg", "Nyväg", "Ny-vag", "Ny. Väg"] if same == "neither" else ["Ny väg"] * 4
    places, founders = [Place.objects.get(code=code) for code in countries], []
    for name, place in zip(names, places, strict=True):
        founders.append(MemberFactory(confirmed=True))
        services.plan_organisation(member=founders[-1], name=name, kind="other", place=place)
    start, faults = Barrier(8), []

    def add(member: Any, name: str, place: Place, *, planned: bool) -> None:
        start.wait(timeout=30)
        try:
            if planned:
                services.carry_out_plan(member=member)
            else:
                services.create_organisation(name=name, kind="other", place=place, actor=member)
        except naming.NameTaken:
            pass
        except Exception as error:  # noqa: BLE001 (the test reports it)
            faults.append(error)
        finally:
            connections.close_all()

    threads = [
        Thread(target=add, args=arguments, kwargs={"planned": planned})
        for arguments in zip(founders, names, places, strict=True)
        for planned in (False, True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    expected = 1 if same == "name and country" else 4
    assert Organisation.objects.filter(name__in=names).count() == expected
    assert Membership.objects.confirmed().count() == expected
    assert PlannedOrganisation.objects.count() == 4 - expected


def names_of_pages() -> list[str]:
    """Return the words that take the place of a slug in the addresses of other pages, in each language."""
    found = []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            for page in urlpatterns:
                parts = str(page.pattern).strip("/").split("/")
                found += parts if len(parts) == 1 and parts[0].replace("-", "").isalpha() else []
    return found


@pytest.mark.parametrize("code", ["sv", "en"])
def test_the_slug_of_an_organisation_never_hides_another_page(client: Client, code: str) -> None:
    names = names_of_pages()
    assert {"mine", "lagg-till"} <= set(names)
    founder = MemberFactory(confirmed=True)
    public = [
        services.create_organisation(actor=founder, name=name, kind="other", place=None) for name in names
    ]
    queries = [OrganisationQuery(name=name, country_id=None, kind="other") for name in names]
    read, _created = OrganisationResolver().resolve_or_create(queries)
    with translation.override(code):
        for added in [*public, *Organisation.objects.filter(pk__in=read.values())]:
            assert client.get(added.get_absolute_url()).context["organisation"] == added


def test_joining_twice_creates_one_waiting_request() -> None:
    member, growers = MemberFactory(), OrganisationFactory()
    first = services.join_organisation(actor=member, organisation=growers)
    again = services.join_organisation(actor=member, organisation=growers)
    assert first == again
    assert again.confirmed_at is None


def test_the_first_confirmed_member_becomes_administrator_and_the_next_does_not() -> None:
    staff, growers = MemberFactory(is_staff=True), OrganisationFactory(is_reference=True)
    first, second = (MembershipFactory(organisation=growers, waiting=True) for _ in range(2))
    services.confirm_membership(actor=staff, membership=first)
    services.confirm_membership(actor=first.member, membership=second)
    growers.refresh_from_db()
    assert growers.claimed_at
    assert not growers.is_reference
    assert [m.role for m in growers.memberships.order_by("pk")] == [Role.ADMIN, Role.MEMBER]


def test_confirming_a_membership_again_keeps_the_role() -> None:
    admin = MembershipFactory(role=Role.ADMIN)
    services.confirm_membership(actor=MemberFactory(is_staff=True), membership=admin)
    admin.refresh_from_db()
    assert admin.role == Role.ADMIN


def test_a_verified_address_in_the_domain_of_the_organisation_confirms_the_member() -> None:
    growers = OrganisationFactory(email_domain="odlarna.se")
    member = MemberFactory()
    services.join_organisation(actor=member, organisation=growers)
    verify(member, "Anna@ODLARNA.se")
    membership = growers.memberships.get()
    growers.refresh_from_db()
    assert membership.confirmed_at
    assert growers.claimed_at, "the first confirmed member claims it in each case"
    assert membership.role == Role.ADMIN


@pytest.mark.parametrize(
    "email",
    ["anna@notodlarna.se", "anna@odlarna.se.evil.example", "anna@sub.odlarna.se", "odlarna.se@example.org"],
)
def test_an_address_in_a_similar_domain_waits(email: str) -> None:
    growers = OrganisationFactory(email_domain="odlarna.se")
    member = MemberFactory()
    services.join_organisation(actor=member, organisation=growers)
    verify(member, email)
    assert growers.memberships.get().confirmed_at is None


def test_an_unverified_address_waits_and_an_empty_domain_matches_no_address() -> None:
    with_domain, without = (
        OrganisationFactory(email_domain="odlarna.se"),
        OrganisationFactory(email_domain=""),
    )
    member = MemberFactory()
    EmailAddress.objects.create(user=member, email="anna@odlarna.se", verified=False)
    for organisation in (with_domain, without):
        assert services.join_organisation(actor=member, organisation=organisation).confirmed_at is None
    verify(member, "anna@example.org")
    assert not Membership.objects.confirmed().exists()


def test_only_an_administrator_declines_a_request_and_the_request_is_deleted() -> None:
    admin = MembershipFactory(role=Role.ADMIN)
    request = MembershipFactory(organisation=admin.organisation, waiting=True)
    with pytest.raises(NotAllowed):
        services.decline_membership(actor=MemberFactory(), membership=request)
    services.decline_membership(actor=admin.member, membership=request)
    assert not Membership.objects.filter(pk=request.pk).exists()


# --- the page


def test_only_administrators_and_staff_edit_the_page() -> None:
    admin = MembershipFactory(role=Role.ADMIN)
    growers = admin.organisation
    for actor in (MembershipFactory(organisation=growers).member, MemberFactory()):
        with pytest.raises(NotAllowed):
            services.edit_organisation(actor=actor, organisation=growers, description="Ours", website="")
    services.edit_organisation(actor=admin.member, organisation=growers, description="We grow.", website="")
    growers.refresh_from_db()
    assert growers.description == "We grow."


def test_each_change_of_an_organisation_is_announced(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    announced: list[int] = []

    def receive(fact: OrganisationsChanged, **kwargs: object) -> None:
        announced.extend(fact.organisation_ids)

    growers = OrganisationFactory()
    admin = MembershipFactory(organisation=growers, role=Role.ADMIN).member
    organisations_changed.connect(receive)
    actions = (
        lambda: services.edit_organisation(actor=admin, organisation=growers, description="New", website=""),
    )
    for action in actions:
        announced.clear()
        with django_capture_on_commit_callbacks(execute=True):
            action()
        assert growers.pk in announced
    organisations_changed.disconnect(receive)


# --- finding by name


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Habo kommun", "Habo kommun"),
        ("Håbo kommun", "Håbo kommun"),
        ("håbo", "Håbo kommun"),
        ("habo", "Habo kommun"),
        ("Växjö", "Växjö kommun"),
        ("Vaxjo kommun", "Växjö kommun"),
        ("Region Skåne", "Region Skåne"),
    ],
)
def test_an_organisation_is_found_by_several_spellings_of_its_name(typed: str, found: str) -> None:
    organisation = Organisation.objects.named(typed)
    assert organisation is not None
    assert organisation.name == found


@pytest.mark.parametrize("typed", ["Vä", "Växjö", "växjö kom", "Växjö kommun"])
def test_names_are_offered_for_each_part_that_is_typed(typed: str) -> None:
    assert "Växjö kommun" in [o.name for o in Organisation.objects.matching(typed)[:12]]
