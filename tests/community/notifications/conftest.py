from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from community.discussions.models import Post
from community.discussions.services import post_message, thread_of
from community.members.models import Member
from community.projects.models import Project
from tests.factories import MembershipFactory, ProjectFactory
from tests.support.notices import run_notices


@pytest.fixture
def project(db: None) -> Project:
    """A project of a speaker of its organisation. The tasks that its creation enqueued have run."""
    membership = MembershipFactory(role="admin", member__first_name="Anna")
    made = ProjectFactory(
        organisation=membership.organisation, author=membership.member, title="Answer questions about waste"
    )
    made.author, made.organisation = membership.member, membership.organisation
    run_notices()
    return made


@pytest.fixture
def say(project: Project) -> Callable[..., Post]:
    """Post in the project's thread and run the tasks that the post enqueues."""
    numbers = iter(range(1000))

    def write(author: Member, text: str = "", about: Any = None) -> Post:
        post = post_message(
            thread=thread_of(about or project), actor=author, text=text or f"Post {next(numbers)}"
        )
        run_notices()
        return post

    return write
