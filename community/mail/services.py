from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from community.mail import links, streams
from community.mail.models import Address, Delivery, State, Subscription
from community.mail.rendering import write
from community.mail.signals import Resubscribed, Unsubscribed, resubscribed, unsubscribed
from community.mail.tasks import deliver, deliver_due
from core.mail_addresses import fold_address
from core.refusals import Refusal
from core.signals import send_on_commit

BATCH_SIZE = 500
"""Mails that `send_many` writes and stores at once."""


class CannotUnsubscribe(Refusal):
    sentence = _("E-mail about your account cannot be turned off while you have one.")


@dataclass(frozen=True)
class OutgoingMail:
    """One of many mails: its address, its key, which is unique for that address, and the context of its template."""

    to: Address
    key: str
    context: dict[str, Any]


@transaction.atomic
def send(
    *,
    to: Address,
    stream: str,
    key: str,
    template: str,
    context: dict[str, Any],
    not_before: datetime | None = None,
) -> Delivery | None:
    """Write a mail in its reader's language and queue it in the transaction of the change that causes it. May be called
    twice: with the same key it returns the first mail. Returns None if the address does not accept this stream."""
    first = Delivery.objects.filter(address=to, key=key).first()
    if first or not to.accepts(stream):
        return first
    fresh = _written(OutgoingMail(to, key, context), stream, template, not_before)
    delivery, created = Delivery.objects.get_or_create(
        address=to, key=key, defaults={name: getattr(fresh, name) for name in STORED}
    )
    if created:
        deliver.using(run_after=not_before).enqueue(delivery_id=str(delivery.pk))
    return delivery


@transaction.atomic
def send_many(
    *, stream: str, template: str, mails: Sequence[OutgoingMail], not_before: datetime | None = None
) -> int:
    """Send many mails like `send`: a fixed number of queries for every 500, and one task for all. Return the number of
    new mails."""
    sent = 0
    for start in range(0, len(mails), BATCH_SIZE):
        sent += _send_some(mails[start : start + BATCH_SIZE], stream, template, not_before)
    if sent:
        deliver_due.using(run_after=not_before).enqueue()
    return sent


def _send_some(mails: Sequence[OutgoingMail], stream: str, template: str, not_before: datetime | None) -> int:
    prefetch_related_objects([mail.to for mail in mails], "subscriptions", "member")
    known = Delivery.objects.filter(
        address__in={mail.to.pk for mail in mails}, key__in={mail.key for mail in mails}
    )
    there = set(known.values_list("address_id", "key"))
    fresh = [
        _written(mail, stream, template, not_before)
        for mail in mails
        if (mail.to.pk, mail.key) not in there and mail.to.accepts(stream)
    ]
    Delivery.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


STORED = ("stream", "language", "subject", "text", "html", "not_before", "due")


def _written(mail: OutgoingMail, stream: str, template: str, not_before: datetime | None) -> Delivery:
    words = write(to=mail.to, stream=stream, template=template, context=mail.context)
    when = not_before or timezone.now()
    return Delivery(
        address=mail.to,
        stream=stream,
        key=mail.key,
        language=mail.to.language,
        subject=words.subject,
        text=words.text,
        html=words.html,
        not_before=when,
        due=when,
    )


@transaction.atomic
def address_of(member: AbstractUser) -> Address:
    """Return the address for mail to a member, and create it if missing. Until the member confirms it, it accepts only
    mail about the account."""
    return addresses_of([member.pk])[member.pk]


@transaction.atomic
def addresses_of(member_ids: Collection[int]) -> dict[int, Address]:
    """Return the addresses like `address_of`, by member id. Deleted members are left out. Ready for `accepts`."""
    found = {
        address.member_id: address
        for address in Address.objects.with_choices().filter(member__in=member_ids)
        if address.member_id
    }
    for member in get_user_model().objects.filter(pk__in=set(member_ids) - set(found)):
        found[member.pk] = _adopted(member)
    return found


def address_for(email: str) -> Address:
    """Return the address with that spelling. Create it in the active language if missing."""
    address, _created = Address.objects.get_or_create(
        email=fold_address(email), defaults={"language": get_language() or settings.LANGUAGE_CODE}
    )
    return address


def _adopted(member: Any) -> Address:
    address = address_for(member.email)
    if _has_confirmed(member):
        address.member, address.confirmed_at = member, address.confirmed_at or timezone.now()
        address.save(update_fields=["member", "confirmed_at"])
    return address


def _has_confirmed(member: Any) -> bool:
    """Return whether the member has confirmed the address. The operators create accounts without sign-up; these count
    as confirmed."""
    known = EmailAddress.objects.filter(user=member, email__iexact=member.email).first()
    return known is None or known.verified


@transaction.atomic
def follow(*, member: Any) -> None:
    """Update the address after the member's e-mail address changed. Choices are kept; old links become invalid, and
    waiting mails get new ones."""
    address = Address.objects.select_for_update().filter(member=member).first()
    email = fold_address(member.email)
    if address is None or address.email == email:
        return
    _absorb(address, Address.objects.filter(email=email).first())
    old = {each.pk: links.unsubscribe_url(address, each.stream, each.language) for each in _waiting(address)}
    address.email, address.token, address.bounced_at = email, uuid4(), None
    address.confirmed_at = timezone.now() if _has_confirmed(member) else None
    address.save()
    for delivery in _waiting(address):
        new = links.unsubscribe_url(address, delivery.stream, delivery.language)
        delivery.text = delivery.text.replace(old[delivery.pk], new)
        delivery.html = delivery.html.replace(old[delivery.pk], new)
        delivery.save(update_fields=["text", "html"])


def _waiting(address: Address) -> Iterable[Delivery]:
    return address.deliveries.filter(state=State.WAITING)


def _absorb(address: Address, other: Address | None) -> None:
    """Move the subscriptions made for `other` before it was the member's. The member's own choices stay."""
    if other is None:
        return
    other.subscriptions.exclude(stream__in=address.subscriptions.values("stream")).update(address=address)
    other.deliveries.exclude(key__in=address.deliveries.values("key")).update(address=address)
    other.delete()


@transaction.atomic
def confirm_address(*, address: Address) -> None:
    """Mark the address as confirmed by its reader, and ignore earlier bounces."""
    address.confirmed_at, address.bounced_at = timezone.now(), None
    address.save(update_fields=["confirmed_at", "bounced_at"])


def speak(*, address: Address, language: str) -> None:
    """Set the language of mail to this address."""
    address.language = language
    address.save(update_fields=["language"])


@transaction.atomic
def ask_to_confirm(*, email: str, stream: str) -> None:
    """Send a link that confirms the address and subscribes it to an opt-in stream. With an empty `stream` it only
    confirms. Each address gets at most one in each hour of the clock, so that no one can fill another's mailbox."""
    address = address_for(email)
    send(
        to=address,
        stream=streams.ACCOUNT,
        key=f"confirm:{stream}:{timezone.now():%Y-%m-%dT%H}",
        template="confirm_subscription" if stream else "confirm_address",
        context={
            "confirm_url": links.confirm_url(address, stream),
            "stream_label": streams.get(stream).label if stream else "",
        },
    )


@transaction.atomic
def confirm(*, address: Address, stream: str) -> None:
    """Confirm the address and subscribe it, as the link of `ask_to_confirm` asks."""
    confirm_address(address=address)
    if stream:
        resubscribe(address=address, stream=stream)


@transaction.atomic
def unsubscribe(*, address: Address, stream: str) -> None:
    """Send no more mail of this stream. May be called twice."""
    if not streams.get(stream).can_unsubscribe:
        raise CannotUnsubscribe
    if _choose(address, stream, wanted=False):
        send_on_commit(unsubscribed, Unsubscribed(address.pk, address.member_id, stream))


@transaction.atomic
def resubscribe(*, address: Address, stream: str) -> None:
    """Send mail of this stream, once the address is confirmed."""
    if _choose(address, stream, wanted=True):
        send_on_commit(resubscribed, Resubscribed(address.pk, address.member_id, stream))


def _choose(address: Address, stream: str, *, wanted: bool) -> bool:
    """Store the choice. Return whether it differs from the stored one."""
    before = (
        Subscription.objects.filter(address=address, stream=stream).values_list("wanted", flat=True).first()
    )
    if before == wanted:
        return False
    Subscription.objects.update_or_create(address=address, stream=stream, defaults={"wanted": wanted})
    return True
