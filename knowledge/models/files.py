from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.documents.models import AbstractDocument, Document

from knowledge.querysets import FileQuerySet
from subjects.models import HasSubject


class File(HasSubject, AbstractDocument):
    """A file that an editor uploaded. Nobody may read it until somebody has chosen who may.

    Its address does not contain its name, because the link may stand where the file may not be read.
    """

    admin_form_fields = Document.admin_form_fields
    objects = FileQuerySet.as_manager()

    class Meta(AbstractDocument.Meta):
        verbose_name = _("file")
        verbose_name_plural = _("files")

    def get_absolute_url(self) -> str:
        return reverse("file", args=[self.pk])

    @property
    def url(self) -> str:
        """As Wagtail calls it."""
        return self.get_absolute_url()
