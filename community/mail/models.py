from __future__ import annotations

from email.utils import parseaddr
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.mail import streams
from community.mail.querysets import AddressQuerySet, DeliveryQuerySet
from core.mail_addresses import AddressField


class Address(models.Model):
    """An e-mail address, with or without an account. It is confirmed when its reader has followed a link."""

    email = AddressField(_("e-mail address"), unique=True)
    # Set once the member has confirmed the address. It then follows the member's, and is deleted with the account.
    member = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="mail_address"
    )
    language = models.CharField(_("language"), max_length=10, default=settings.LANGUAGE_CODE)
    # Identifies the address in links. It changes with the address.
    token = models.UUIDField(unique=True, default=uuid4, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)

    objects = AddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        constraints = [models.CheckConstraint(condition=Q(email=Lower("email")), name="mail_address_lower")]

    def __str__(self) -> str:
        return f"{_('address')} {self.pk}"

    def accepts(self, stream: str) -> bool:
        """Whether mail of this stream may be sent here now. Makes no query after `with_choices()`."""
        if not streams.get(stream).can_unsubscribe:
            return True
        reachable = self.confirmed_at is not None and self.bounced_at is None
        return reachable and (self.member is None or self.member.is_active) and self.wants(stream)

    def wants(self, stream: str) -> bool:
        """Return the reader's choice, or the stream's default."""
        for choice in self.subscriptions.all():
            if choice.stream == stream:
                return choice.wanted
        return self.member_id is not None and not streams.get(stream).opt_in


class Subscription(models.Model):
    """A reader's choice for one stream. Without a row the stream's default applies."""

    address = models.ForeignKey(Address, models.CASCADE, related_name="subscriptions")
    stream = models.CharField(max_length=60)
    wanted = models.BooleanField()
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [models.UniqueConstraint(fields=["address", "stream"], name="mail_one_choice")]

    def __str__(self) -> str:
        return f"{self.stream}: {self.wanted}"


class State(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    REFUSED = "refused", _("refused by the recipient's server")
    FAILED = "failed", _("given up")
    SUPPRESSED = "suppressed", _("no longer wanted")


def domain() -> str:
    """Return the domain of our own address, for ids of mails and lists."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]


def new_message_id() -> str:
    return f"<{uuid4().hex}@{domain()}>"


class Delivery(models.Model):
    """One mail to one address. The row of an address and a key is never deleted, so that a mail is sent only once."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    address = models.ForeignKey(Address, models.CASCADE, related_name="deliveries")
    stream = models.CharField(max_length=60)
    key = models.CharField(max_length=200)
    message_id = models.CharField(max_length=200, unique=True, default=new_message_id, editable=False)
    language = models.CharField(max_length=10)
    # The text is erased some days after the mail was sent.
    subject = models.CharField(max_length=250, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    not_before = models.DateTimeField(default=timezone.now)
    # While waiting: when it may be tried. While being sent: the end of the lease. Otherwise: when it finished.
    due = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)
    # The status code of the server's last answer ("5.1.1", "450"). Its text is not stored, since it quotes addresses.
    status = models.CharField(max_length=12, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [models.UniqueConstraint(fields=["address", "key"], name="mail_once")]
        indexes = [
            models.Index(
                fields=["due"], name="mail_open", condition=Q(state__in=[State.WAITING, State.SENDING])
            )
        ]

    def __str__(self) -> str:
        return f"{self.stream} {self.pk}"
