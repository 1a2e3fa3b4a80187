from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.documents.models import AbstractDocument, Document

from knowledge.querysets import FileQuerySet
from subjects.models import HasSubject


class File(HasSubject, AbstractDocument):
    """A file that an editor uploaded. No one may read it until an editor has chosen its readers.

    Its address does not contain its name, because a page may show the link to readers who may not read the file.
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
        """The file's address, under the name that Wagtail uses."""
        return self.get_absolute_url()
