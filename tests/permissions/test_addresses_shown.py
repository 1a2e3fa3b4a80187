"""The mail address of an applicant is shown to those who answer the request, until it is answered."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from community.organisations.models import Role
from tests.factories import MembershipFactory
from tests.permissions.table import PERSONS
from tests.permissions.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

ADDRESS = "vera.vik@elsewhere.example"


def who_sees(world: World, *paths: str) -> set[str]:
    """Return the persons who see the address on any of these pages."""
    return {
        who
        for who in PERSONS
        for path in paths
        if ADDRESS in world.browser(who).get(path, follow=True).content.decode()
    }


def test_only_administrators_and_staff_see_an_applicants_address_while_the_request_waits() -> None:
    world = World()
    asking = MembershipFactory(organisation=world.organisation, waiting=True, member__email=ADDRESS)
    page = world.organisation.get_absolute_url()
    others = (
        reverse("organisations:list"),
        asking.member.get_absolute_url(),
        f"/api/v1/organisations/{world.organisation.slug}",
        reverse("notifications:notices"),
    )
    assert who_sees(world, page) == {"administrator", "staff"}
    assert who_sees(world, *others) == set()

    elsewhere = Client()
    elsewhere.force_login(MembershipFactory(role=Role.ADMIN).member)
    assert ADDRESS not in elsewhere.get(page).content.decode()

    answer = reverse("organisations:answer_request", args=[asking.pk])
    assert (
        ADDRESS
        not in world.browser("administrator").post(answer, {"answer": "yes"}, follow=True).content.decode()
    )
    assert who_sees(world, page, *others) == set()


def test_the_address_is_not_shown_after_the_request_is_declined() -> None:
    world = World()
    asking = MembershipFactory(organisation=world.organisation, waiting=True, member__email=ADDRESS)
    answer = reverse("organisations:answer_request", args=[asking.pk])
    world.browser("administrator").post(answer, {"answer": "no"})
    assert who_sees(world, world.organisation.get_absolute_url()) == set()
