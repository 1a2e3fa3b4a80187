"""The rules of projects: one row for each kind of viewer, one column for each rule."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from pytest_django import DjangoAssertNumQueries

from community.organisations.models import Role
from community.projects import policies
from community.projects.models import Project
from core.audience import viewer_for
from tests.factories import (
    MemberFactory,
    MembershipFactory,
    ParticipationFactory,
    ProjectFactory,
    ReferenceFactory,
)

pytestmark = pytest.mark.django_db

#                 post   draft  edit   publish withdraw   (of a public project)
MATRIX = {
    "anonymous": (False, False, False, False, False),
    "stranger": (False, False, False, False, False),
    "waiting": (False, True, False, False, False),
    "member": (True, True, True, True, True),
    "admin": (True, True, True, True, True),
    "staff": (False, False, True, True, True),
}
# (edit, publish) of a draft whose author waits for the confirmation of the membership.
DRAFT = {
    "anonymous": (False, False),
    "stranger": (False, False),
    "author": (True, False),
    "member": (False, False),
    "staff": (False, False),
}


def viewer_of_kind(who: str, project: Project) -> Any:
    """Return a user with this relation to the project's organisation."""
    organisation = project.organisation
    return {
        "anonymous": AnonymousUser,
        "stranger": lambda: MembershipFactory().member,
        "author": lambda: project.author,
        "waiting": lambda: MembershipFactory(organisation=organisation, waiting=True).member,
        "member": lambda: MembershipFactory(organisation=organisation).member,
        "admin": lambda: MembershipFactory(organisation=organisation, role=Role.ADMIN).member,
        "staff": lambda: MemberFactory(is_staff=True),
    }[who]()


@pytest.mark.parametrize("who", MATRIX)
def test_each_viewer_may_do_what_the_matrix_says_to_a_public_project(
    who: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    project = ProjectFactory()
    participation = ParticipationFactory(
        work=None, project=ProjectFactory(), organisation=project.organisation
    )
    viewer = viewer_for(viewer_of_kind(who, project))
    with django_assert_num_queries(0):
        decisions = (
            policies.can_post(viewer, project.organisation),
            policies.can_draft(viewer, project.organisation),
            policies.can_edit(viewer, project),
            policies.can_publish(viewer, project),
            policies.can_withdraw(viewer, participation),
        )
    assert tuple(bool(decision) for decision in decisions) == MATRIX[who]
    assert all(decision.allowed or decision.reason for decision in decisions), "a refusal has a reason"


@pytest.mark.parametrize("who", DRAFT)
def test_each_viewer_may_do_what_the_table_says_to_a_draft(who: str) -> None:
    waiting = MembershipFactory(waiting=True)
    draft = ProjectFactory(organisation=waiting.organisation, author=waiting.member, publish=False)
    viewer = viewer_for(viewer_of_kind(who, draft))
    assert (bool(policies.can_edit(viewer, draft)), bool(policies.can_publish(viewer, draft))) == DRAFT[who]


@pytest.mark.parametrize("who", ["anonymous", "stranger", "member", "admin", "staff"])
def test_no_viewer_may_edit_a_record_from_an_inventory(who: str) -> None:
    record = ReferenceFactory()
    viewer = viewer_for(viewer_of_kind(who, record))
    assert not policies.can_edit(viewer, record)
    assert not policies.can_publish(viewer, record)
