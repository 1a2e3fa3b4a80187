from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.documents.models import AbstractDocument, Document

from core.audience import EDITORS, MEMBERS, PUBLIC, STAFF, AudienceField
from knowledge.querysets import FileQuerySet


class Readers(models.TextChoices):
    """Whom a file can be for."""

    EVERYBODY = "everybody", _("Everyone")
    MEMBERS = "members", _("Members who have signed in")
    EDITORS = "editors", _("Editors and staff")

    @property
    def audience(self) -> frozenset[str]:
        return {
            Readers.EVERYBODY: frozenset({PUBLIC}),
            Readers.MEMBERS: frozenset({MEMBERS}),
            Readers.EDITORS: frozenset({EDITORS, STAFF}),
        }[self]


class File(AbstractDocument):
    """What an editor uploaded for others to take home. Nobody may until somebody has said who.

    Its address does not tell its name: the link may stand where the file may not be read.
    """

    audience = AudienceField()

    admin_form_fields = Document.admin_form_fields
    objects = FileQuerySet.as_manager()

    class Meta(AbstractDocument.Meta):
        verbose_name = _("file")
        verbose_name_plural = _("files")

    @property
    def url(self) -> str:
        return reverse("file", args=[self.pk])

    @property
    def readers(self) -> Readers | None:
        """Whom it is for; None while nobody has said."""
        return next((readers for readers in Readers if readers.audience == self.audience), None)
