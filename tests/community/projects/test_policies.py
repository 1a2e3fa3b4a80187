"""Who may do what to a project: one row for each way of standing to it, one column for each verb."""

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
# What differs where the project is a draft that its author wrote while waiting to be let in.
DRAFT = {
    "anonymous": (False, False),
    "stranger": (False, False),
    "author": (True, False),
    "member": (False, False),
    "staff": (False, False),
}


def standing(who: str, project: Project) -> Any:
    """Somebody who stands so to the project's organisation."""
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
def test_what_each_may_do_to_a_public_project(
    who: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    project = ProjectFactory()
    participation = ParticipationFactory(
        work=None, project=ProjectFactory(), organisation=project.organisation
    )
    viewer = viewer_for(standing(who, project))
    with django_assert_num_queries(0):
        decisions = (
            policies.can_post(viewer, project.organisation),
            policies.can_draft(viewer, project.organisation),
            policies.can_edit(viewer, project),
            policies.can_publish(viewer, project),
            policies.can_withdraw(viewer, participation),
        )
    assert tuple(bool(decision) for decision in decisions) == MATRIX[who]
    assert all(decision.allowed or decision.reason for decision in decisions), "a refusal says why"


@pytest.mark.parametrize("who", DRAFT)
def test_what_each_may_do_to_a_draft(who: str) -> None:
    waiting = MembershipFactory(waiting=True)
    draft = ProjectFactory(organisation=waiting.organisation, author=waiting.member, publish=False)
    viewer = viewer_for(standing(who, draft))
    assert (bool(policies.can_edit(viewer, draft)), bool(policies.can_publish(viewer, draft))) == DRAFT[who]


@pytest.mark.parametrize("who", ["anonymous", "stranger", "member", "admin", "staff"])
def test_nobody_edits_a_record_from_an_inventory(who: str) -> None:
    record = ReferenceFactory()
    viewer = viewer_for(standing(who, record))
    assert not policies.can_edit(viewer, record)
    assert not policies.can_publish(viewer, record)
