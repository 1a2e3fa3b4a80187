from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable

import pytest
from community.discussions.models import Thread
from community.discussions.subjects import thread_of
from community.members.models import Member
from foundation.audience import PUBLIC
from knowledge.models import Work


@pytest.fixture
def make_member() -> Callable[..., Member]:
    def make(first_name: str = "Anna", **fields: object) -> Member:
        return Member.objects.create_user(
            f"{uuid.uuid4().hex}@example.org",
            "a long password",
            first_name=first_name,
            last_name="Ek",
            **fields,
        )

    return make


@pytest.fixture
def make_thread() -> Callable[..., Thread]:
    """A thread as every subject gets one: by saving the subject."""

    def make(audience: Iterable[str] = (PUBLIC,)) -> Thread:
        return thread_of(
            Work.objects.create(translation_key=uuid.uuid4(), kind="guide", audience=frozenset(audience))
        )

    return make


@pytest.fixture
def anna(db: None, make_member: Callable[..., Member]) -> Member:
    return make_member("Anna")


@pytest.fixture
def bo(db: None, make_member: Callable[..., Member]) -> Member:
    return make_member("Bo")


@pytest.fixture
def editor(db: None, make_member: Callable[..., Member]) -> Member:
    return make_member("Eva", is_staff=True)


@pytest.fixture
def thread(db: None, make_thread: Callable[..., Thread]) -> Thread:
    return make_thread()
