from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core.audience import AudienceField
from subjects.querysets import SubjectQuerySet
from subjects.types import subject_type


class Visibility(models.TextChoices):
    """The choice of who may see a subject while it is out. Publishing and unpublishing never change it."""

    PUBLIC = "public", _("Everyone")
    MEMBERS = "members", _("Members who have signed in")
    ORGANISATION = "organisation", _("Only those who represent the organisation")
    ROOM = "room", _("Only those in the room")


class Subject(models.Model):
    """One row for each thing that can be seen, discussed, followed, noticed and taken part in.

    `visibility` is stored. `audience` is derived from it by `audience.audience_of`, and only
    `services.derive_audiences` writes it. `is_out`: whether the subject is published in any language. The object has a
    one-to-one `subject`.
    """

    kind = models.CharField(max_length=30)
    owner = models.ForeignKey(
        "organisations.Organisation",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="subjects",
    )
    visibility = models.CharField(
        _("who may see it"), max_length=12, choices=Visibility, default=Visibility.PUBLIC
    )
    is_out = models.BooleanField(default=False)
    audience = AudienceField()

    wagtail_reference_index_ignore = True
    objects = SubjectQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @cached_property
    def object(self) -> Any:
        """The object of this row, by one query; None when it is deleted."""
        found: Any = subject_type(self.kind).model._default_manager.filter(subject=self).first()
        if found:
            found.subject = self
        return found


class HasSubject(models.Model):
    """Mixed into the model of each kind of subject. `subjects.receivers` creates and deletes the row with it."""

    subject = models.OneToOneField(
        Subject, on_delete=models.PROTECT, editable=False, related_name="%(class)s"
    )

    class Meta:
        abstract = True

    @property
    def audience(self) -> frozenset[str]:
        return self.subject.audience

    @property
    def visibility(self) -> str:
        return self.subject.visibility

    def get_visibility_display(self) -> str:
        return self.subject.get_visibility_display()
