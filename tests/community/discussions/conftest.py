from __future__ import annotations

import pytest

from community.discussions.models import Thread
from community.members.models import Member
from tests.support.threads import new_member, new_thread


@pytest.fixture
def anna(db: None) -> Member:
    return new_member("Anna")


@pytest.fixture
def bo(db: None) -> Member:
    return new_member("Bo")


@pytest.fixture
def editor(db: None) -> Member:
    return new_member("Eva", is_staff=True)


@pytest.fixture
def thread(db: None) -> Thread:
    return new_thread()
