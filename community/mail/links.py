"""Links of mail, signed so that no one can make one for another's address."""

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

CONFIRMS_FOR = 7 * 24 * 3600
"""Seconds that a link to confirm an address holds. One to unsubscribe holds as long as the address is here."""


class LinkIsOver(Refusal):
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
    """Whose link it is, and of which stream; raises `LinkIsOver` unless we wrote it to an address that is here."""
    return _read(lambda: _unsubscribing.unsign_object(token))


def read_confirm(token: str) -> tuple[Address, str]:
    """As `read_unsubscribe`, and also refused once it is too old. The stream is empty where only the address is
    confirmed."""
    return _read(lambda: _confirming.unsign_object(token, max_age=CONFIRMS_FOR))


def _read(unsign: Callable[[], Any]) -> tuple[Address, str]:
    try:
        address, stream = unsign()
        return Address.objects.with_choices().get(token=address), stream
    except (BadSignature, ValueError, Address.DoesNotExist) as fault:
        raise LinkIsOver from fault


def _url(name: str, token: str, language: str) -> str:
    with translation.override(language):
        return whole_address(reverse(name, args=[token]))
