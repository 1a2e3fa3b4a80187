from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from community.organisations.models import Organisation
from community.participation.querysets import ParticipationQuerySet
from knowledge.models import Work
from knowledge.models.story import StageField


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    PARTNER = "partner", _("Partner")
    ADOPTER = "adopter", _("Adopter")
    SUPPLIER = "supplier", _("Supplier")
    RESEARCH = "research", _("Research")
    FUNDER = "funder", _("Funder")


class Participation(models.Model):
    """An organisation takes part in a project or a work. “We do this too” is the role adopter.

    A plain foreign key to the project on purpose: publishing an older draft would destroy a parental child.
    """

    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, null=True, blank=True, related_name="participations"
    )
    work = models.ForeignKey(
        Work, on_delete=models.CASCADE, null=True, blank=True, related_name="participations"
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

    wagtail_reference_index_ignore = True
    objects = ParticipationQuerySet.as_manager()

    class Meta:
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(project__isnull=False, work__isnull=True)
                | Q(project__isnull=True, work__isnull=False),
                name="participation_in_one_subject",
            ),
            models.UniqueConstraint(
                fields=["project", "organisation", "role"], name="participation_in_project_once"
            ),
            models.UniqueConstraint(
                fields=["work", "organisation", "role"], name="participation_in_work_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.role}"

    def clean(self) -> None:
        if self.role not in Role.values:
            raise ValidationError({"role": _("Choose a role.")})

    @property
    def subject(self) -> Any:
        """The project, or the work of a page."""
        return self.project or self.work

    @property
    def role_label(self) -> str:
        return str(Role(self.role).label)
