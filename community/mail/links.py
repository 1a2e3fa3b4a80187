"""Signed links in mail. Because of the signature, no one can make a link for another reader's address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.signing import BadSignature, Signer, TimestampSigner
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from community.mail.models import Address
from core.own_address import whole_address
from core.refusals import Refusal

CONFIRM_LINK_SECONDS = 7 * 24 * 3600
"""A link to confirm is valid for seven days. A link to unsubscribe is valid while the address keeps its token."""


class InvalidLink(Refusal):
    status = 410
    next_link = ("mail:subscribe", _("Ask for a new link"))
    sentence = _(
        "This link has expired or is incomplete. Copy the whole link from the e-mail, or ask for a new one."
    )


_unsubscribing = Signer(salt="mail.unsubscribe")
_confirming = TimestampSigner(salt="mail.confirm")


def unsubscribe_url(address: Address, stream: str, language: str) -> str:
    return _url("mail:unsubscribe", _unsubscribing.sign_object([address.token.hex, stream]), language)


def confirm_url(address: Address, stream: str) -> str:
    return _url("mail:confirm", _confirming.sign_object([address.token.hex, stream]), address.language)


def read_unsubscribe(token: str) -> tuple[Address, str]:
    """Return the address and the stream of the link. Raises `InvalidLink` for a forged link or a deleted address."""
    return _read(lambda: _unsubscribing.unsign_object(token))


def read_confirm(token: str) -> tuple[Address, str]:
    """Return the address and the stream of the link. The stream is empty when the link only confirms the address.

    Raises `InvalidLink` for a forged or expired link, or a deleted address.
    """
    return _read(lambda: _confirming.unsign_object(token, max_age=CONFIRM_LINK_SECONDS))


def _read(unsign: Callable[[], Any]) -> tuple[Address, str]:
    try:
        address, stream = unsign()
        return Address.objects.with_choices().get(token=address), stream
    except (BadSignature, ValueError, Address.DoesNotExist) as fault:
        raise InvalidLink from fault


def _url(name: str, token: str, language: str) -> str:
    with translation.override(language):
        return whole_address(reverse(name, args=[token]))
