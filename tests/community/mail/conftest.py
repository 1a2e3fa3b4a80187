from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from community.mail import posting, services, streams
from community.mail.models import Address, Delivery
from community.mail.streams import Stream
from tests.community.mail.smtp import mail_server
from tests.factories import MemberFactory

__all__ = ["mail_server"]

NEWS = Stream("news", label="News from here", why="You get this because you follow something here.")


@pytest.fixture(autouse=True)
def _a_stream_of_members() -> Iterator[None]:
    streams.register(NEWS)
    posting.breaker.succeeded()
    yield
    posting.breaker.succeeded()
    streams._streams.pop(NEWS.code)


@pytest.fixture
def anna() -> Address:
    """The address of a member, who gets every stream that she has not turned off."""
    return services.address_of(MemberFactory(email="anna@example.org"))


@pytest.fixture
def guest() -> Address:
    """The address of a person without an account who subscribes to the newsletter."""
    address = Address.objects.create(email="guest@example.org", confirmed_at=timezone.now())
    address.subscriptions.create(stream=streams.NEWSLETTER, wanted=True)
    return address


@pytest.fixture
def send() -> Callable[..., Delivery | None]:
    def send(to: Address, key: str = "one", stream: str = "news", **options: Any) -> Delivery | None:
        context = {"confirm_url": "https://samverka.example/confirm/", "stream_label": "News & views"}
        return services.send(
            to=to, stream=stream, key=key, template="confirm_subscription", context=context, **options
        )

    return send


@pytest.fixture
def let_time_pass() -> Callable[[], None]:
    """Make every open delivery due, including leased ones, and end the cooldown of the breaker."""

    def let_time_pass() -> None:
        Delivery.objects.open().update(due=timezone.now() - timedelta(seconds=1))
        posting.breaker.succeeded()

    return let_time_pass
