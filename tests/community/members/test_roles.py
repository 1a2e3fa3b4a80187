"""Roles are groups: a member of a group holds its token, and each change of a group takes effect at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from community.members.models import Member
from community.members.roles import GROUPS
from core.audience import COUNCIL, EDITORS, MODERATORS, STAFF, RightsChanged, rights_changed, viewer_for
from knowledge.seeding import EDITORS as EDITORS_GROUP
from tests.factories import MemberFactory

pytestmark = pytest.mark.django_db

ROLES = {EDITORS, MODERATORS, COUNCIL}


def group(role: str) -> Group:
    return Group.objects.get(name=GROUPS[role])


def roles_of(member: Member) -> set[str]:
    return set(viewer_for(member).tokens) & (ROLES | {STAFF})


def test_each_role_has_a_group_and_the_editors_group_is_the_one_of_the_review_workflow() -> None:
    assert set(GROUPS) == ROLES
    assert {group(role).name for role in ROLES} == set(GROUPS.values())
    assert GROUPS[EDITORS] == EDITORS_GROUP


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_group_gives_only_its_role(role: str) -> None:
    member, other = MemberFactory(), MemberFactory()
    member.groups.add(group(role), Group.objects.create(name="Körsångare"))
    assert roles_of(member) == {role}
    assert roles_of(other) == set()


def test_all_roles_are_read_in_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    member = MemberFactory()
    member.groups.set([group(role) for role in ROLES])
    with django_assert_num_queries(2):  # One query reads the organisations.
        assert roles_of(member) == ROLES


def test_staff_are_not_editors_automatically() -> None:
    assert roles_of(MemberFactory(is_staff=True)) == {STAFF}


CHANGES: dict[str, Callable[[Member], object]] = {
    "given": lambda member: member.groups.add(group(COUNCIL)),
    "given by the group": lambda member: group(COUNCIL).user_set.add(member),
    "taken": lambda member: member.groups.remove(group(MODERATORS)),
    "taken by the group": lambda member: group(MODERATORS).user_set.remove(member),
    "all taken": lambda member: member.groups.clear(),
    "the group emptied": lambda member: group(MODERATORS).user_set.clear(),
    "others set": lambda member: member.groups.set([group(EDITORS)]),
    "the group deleted": lambda member: group(MODERATORS).delete(),
    "the group renamed": lambda member: Group(pk=group(MODERATORS).pk, name="Vänner").save(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_of_a_role_is_announced_for_that_member_only(
    change: str, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    member, other = MemberFactory(), MemberFactory()
    member.groups.add(group(MODERATORS))
    other.groups.add(group(EDITORS))
    before, announced = roles_of(member), set[int]()

    def receive(fact: RightsChanged, **kwargs: object) -> None:
        announced.add(fact.member_id)

    rights_changed.connect(receive)
    with django_capture_on_commit_callbacks(execute=True):
        CHANGES[change](member)
    assert announced == {member.pk}
    assert roles_of(member) != before


def test_closing_an_account_ends_its_sessions_also_after_it_is_reopened(client: Client) -> None:
    member = MemberFactory()
    client.force_login(member)
    assert client.get(reverse("members:profile")).status_code == 200
    for is_active in (False, True):
        member.is_active = is_active
        member.save()
        assert client.get(reverse("members:profile")).status_code == 302
    client.force_login(member)
    assert client.get(reverse("members:profile")).status_code == 200


def test_a_superuser_is_staff_and_loses_that_with_superuser_status(client: Client) -> None:
    client.force_login(MemberFactory(is_staff=True, is_superuser=True))
    member = MemberFactory()
    address = reverse("wagtailusers_users:edit", args=[member.pk])
    person = {"email": member.email, "first_name": member.first_name, "last_name": member.last_name}
    for superuser in (True, False):
        box = {"is_superuser": "on"} if superuser else {}
        assert client.post(address, {**person, "is_active": "on", **box}).status_code == 302
        assert (STAFF in roles_of(Member.objects.get(pk=member.pk))) is superuser
