from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from community.organisations.models import Organisation
from community.participation.querysets import ParticipationQuerySet
from knowledge.models.story import StageField
from subjects.models import Subject


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    PARTNER = "partner", _("Partner")
    ADOPTER = "adopter", _("Adopter")
    SUPPLIER = "supplier", _("Supplier")
    RESEARCH = "research", _("Research")
    FUNDER = "funder", _("Funder")


class Participation(models.Model):
    """An organisation takes part in a subject. “We do this too” is the role adopter.

    It has a plain foreign key on purpose: publishing an older draft of a project would delete a parental child.
    """

    subject = models.ForeignKey(
        Subject,
        on_delete=models.CASCADE,
        related_name="participations",
        verbose_name=_("what it takes part in"),
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="participations")
    role = models.CharField(_("role"), max_length=10)
    stage = StageField(blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    since = models.DateField(_("since"), null=True, blank=True)
    results = models.CharField(_("results"), max_length=300, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    is_reference = models.BooleanField(_("reference"), default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    before: Participation | None = None
    """The stored row, while a save replaces it."""

    wagtail_reference_index_ignore = True
    objects = ParticipationQuerySet.as_manager()

    class Meta:
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["subject", "organisation", "role"], name="participation_once"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.role}"

    def clean(self) -> None:
        if self.role not in Role.values:
            raise ValidationError({"role": _("Choose a role.")})

    @property
    def role_label(self) -> str:
        return str(Role(self.role).label)
