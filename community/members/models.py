from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from community.members.querysets import ConsentQuerySet, MemberManager
from core.fields import NameField, PersonNameField
from core.mail_addresses import AddressField
from knowledge.models import PolicyText


class Member(AbstractUser):
    """A person, identified by e-mail address. Wagtail's admin needs the two name fields of AbstractUser."""

    username = None  # type: ignore[assignment]  # Removes the field of AbstractUser.
    email = AddressField(_("e-mail address"), unique=True)
    first_name = PersonNameField(_("first name"), max_length=150, blank=True)
    last_name = PersonNameField(_("last name"), max_length=150, blank=True)
    title = NameField(_("title"), max_length=120, blank=True, help_text=_("What you do, in a few words."))

    # `PolicyTextQuerySet.versions` of the last consents, stored here so that pages need no query. Derived from them.
    policies_read = models.CharField(max_length=100, blank=True, default="", editable=False)

    sessions_ended = models.PositiveIntegerField(default=0, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[MemberManager[Member]] = MemberManager()  # type: ignore[assignment]  # Without a username.

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [models.UniqueConstraint(Lower("email"), name="member_email_unique")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("members:member", args=[self.pk])

    def clean(self) -> None:
        """In the admin one checkbox decides both: a superuser is staff, and no longer staff when that ends."""
        super().clean()
        before = type(self).objects.filter(pk=self.pk).values_list("is_superuser", flat=True).first()
        if self.is_superuser != bool(before):
            self.is_staff = self.is_superuser

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return the hash that sessions are compared with. A higher `sessions_ended` ends all of the member's
        sessions, as a new password does."""
        digest = super()._get_session_auth_hash(secret)  # type: ignore[misc]  # Missing in the stubs.
        return f"{digest}{self.sessions_ended}" if self.sessions_ended else digest

    @property
    def name(self) -> str:
        """Full name; never the address."""
        return self.get_full_name() or str(_("A member"))


class Consent(models.Model):
    """A member has accepted exactly this text. Rows are added, never changed; they are deleted with the member."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="consents")
    text = models.ForeignKey(PolicyText, on_delete=models.PROTECT, related_name="consents")
    given_at = models.DateTimeField(auto_now_add=True)

    wagtail_reference_index_ignore = True
    objects = ConsentQuerySet.as_manager()

    class Meta:
        ordering = ["-given_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["member", "text"], name="consent_once")]

    def __str__(self) -> str:
        return f"{self.text} {self.given_at:%Y-%m-%d}"
