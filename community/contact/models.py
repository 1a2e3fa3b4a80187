from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.db import models
from django.template.defaultfilters import truncatechars
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.text_fields import BoundedTextField


class ContactMessageKind(models.TextChoices):
    ACCESSIBILITY = "accessibility", _("Accessibility problem")
    CONTACT = "contact", _("Question or comment")


class ContactMessage(models.Model):
    """A message from a visitor or member to the operators of the site. Staff delete it; nothing else does.

    Its text is written to no log and no mail.
    """

    kind = models.CharField(_("about"), max_length=20, choices=ContactMessageKind)
    text = BoundedTextField(_("message"))
    page = models.CharField(_("about which page"), max_length=300, blank=True)
    email = models.EmailField(_("answer to"), blank=True)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("member"),
    )
    sent_at = models.DateTimeField(_("sent"), auto_now_add=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    note = BoundedTextField(_("what was done"), blank=True)

    class Meta:
        verbose_name = _("message to the site")
        verbose_name_plural = _("messages to the site")
        ordering = ["-sent_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.sent_at:%Y-%m-%d}"

    @admin.display(description=_("Opening"))
    def opening(self) -> str:
        """Return the first 60 characters of the text, on one line."""
        return truncatechars(" ".join(self.text.split()), 60)

    @property
    def sender(self) -> str:
        return self.email or (self.member.email if self.member else gettext("Not signed in"))
