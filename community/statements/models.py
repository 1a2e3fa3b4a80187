from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from community.organisations.models import Organisation
from community.statements.querysets import StatementQuerySet
from community.statements.splitting import LONGEST
from core.fields import NameField
from knowledge.models import Area, Capability, Technology
from subjects.models import HasSubject, Subject

OPEN = Q(ended_at=None)


class StatementKind(models.TextChoices):
    DOES = "does", _("We do")
    OFFERS = "offers", _("We can offer")
    SEEKS = "seeks", _("We look for")


class Statement(HasSubject):
    """One sentence on what an organisation does, offers or seeks: by itself, or `about` a subject that it owns.

    It has a Swedish text, an English one, or both. It is open until it is ended, and current while it is open and
    `until` has not passed. Only current statements are listed, found and matched. No one sees a statement who may not
    see what it is about.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="statements", verbose_name=_("organisation")
    )
    about = models.ForeignKey(
        Subject,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="statements",
        verbose_name=_("what it belongs to"),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=StatementKind)
    capability = models.ForeignKey(
        Capability,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="statements",
        verbose_name=_("what it is"),
    )
    text = NameField(_("text in Swedish"), max_length=LONGEST, blank=True)
    text_en = NameField(_("text in English"), max_length=LONGEST, blank=True)
    areas = models.ManyToManyField(
        Area, blank=True, related_name="statements", verbose_name=_("areas of society")
    )
    technologies = models.ManyToManyField(
        Technology, blank=True, related_name="statements", verbose_name=_("technologies")
    )
    until = models.DateField(_("until"), null=True, blank=True)
    contact = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("contact"),
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    is_reference = models.BooleanField(
        _("reference"), default=False, editable=False, help_text="From a published inventory."
    )
    asked_until = models.DateField(
        null=True, editable=False, help_text="The value of `until` that the contact was asked to renew."
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    wagtail_reference_index_ignore = True
    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name = _("offered or sought")
        verbose_name_plural = _("offered and sought")
        indexes = [
            models.Index(fields=["organisation", "kind"], name="statement_organisation_kind"),
            # For the list, in each of its orders.
            models.Index(fields=["-created_at", "-id"], condition=OPEN, name="statement_newest"),
            models.Index(fields=["until", "-id"], condition=OPEN, name="statement_ending"),
        ]

    def __str__(self) -> str:
        return self.reading

    def get_absolute_url(self) -> str:
        return reverse("statements:statement", args=[self.pk])

    def clean(self) -> None:
        if not (self.text or self.text_en):
            raise ValidationError({"text": _("Write it in Swedish, in English or in both.")})

    @property
    def reading_language(self) -> str:
        """The active language where there is a text in it, or else the other."""
        if get_language() == "en":
            return "en" if self.text_en else "sv"
        return "sv" if self.text else "en"

    @property
    def reading(self) -> str:
        return self.text_in(self.reading_language)

    def text_in(self, language: str) -> str:
        """The text in the language, or else in the other."""
        first, second = (self.text_en, self.text) if language == "en" else (self.text, self.text_en)
        return first or second

    @property
    def kind_label(self) -> str:
        return str(StatementKind(self.kind).label)

    @property
    def has_expired(self) -> bool:
        return self.until is not None and self.until < timezone.localdate()

    @property
    def is_current(self) -> bool:
        return self.ended_at is None and not self.has_expired


class EarlierText(models.Model):
    """The texts of a statement before a change."""

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="earlier_texts")
    text = NameField(_("text in Swedish"), max_length=LONGEST, blank=True)
    text_en = NameField(_("text in English"), max_length=LONGEST, blank=True)
    replaced_at = models.DateTimeField(auto_now_add=True)
    replaced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["-replaced_at", "-pk"]

    def __str__(self) -> str:
        return self.text or self.text_en
