from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import timezone

from community.mail import posting, streams
from community.mail.models import Address
from community.mail.streams import Stream
from tests.support.smtp import mail_server

__all__ = ["mail_server"]

NEWS = Stream("news", label="News from here", why="You get this because you follow something here.")


@pytest.fixture(autouse=True)
def _a_stream_of_members() -> Iterator[None]:
    streams.register(NEWS)
    posting.rest(0)
    yield
    posting.rest(0)
    streams._streams.pop(NEWS.code)


@pytest.fixture
def guest() -> Address:
    """Somebody without an account who wants the newsletter."""
    address = Address.objects.create(email="guest@example.org", confirmed_at=timezone.now())
    address.subscriptions.create(stream=streams.NEWSLETTER, wanted=True)
    return address
