"""Streams: the kinds of mail that a reader can turn off. Packages register theirs in `ready()`."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Stream:
    """`label` names it on a page ("The newsletter"); `why` is the footer's sentence ("You get this because …").

    A stream that cannot be unsubscribed is sent before all others, and also to addresses that are not confirmed or have
    bounced. An `opt_in` stream is sent only to readers who asked for it, with or without an account. Any other stream
    is sent to every member who has not turned it off.
    """

    code: str
    label: str | Promise
    why: str | Promise
    can_unsubscribe: bool = True
    opt_in: bool = False


ACCOUNT = "account"
NEWSLETTER = "newsletter"

_streams: dict[str, Stream] = {}


def register(stream: Stream) -> None:
    """Register a stream. May be called twice."""
    _streams[stream.code] = stream


def get(code: str) -> Stream:
    """Return the stream with this code. Raises `KeyError` if it is not registered."""
    return _streams[code]


def codes_that_go_first() -> list[str]:
    return [stream.code for stream in _streams.values() if not stream.can_unsubscribe]


register(
    Stream(
        ACCOUNT,
        label=_("E-mail about your account"),
        why=_("You are receiving this because this address was entered on Samverka."),
        can_unsubscribe=False,
    )
)
register(
    Stream(
        NEWSLETTER,
        label=_("The newsletter"),
        why=_("You are receiving this because you asked for the newsletter."),
        opt_in=True,
    )
)
