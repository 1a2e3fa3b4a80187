from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from community.organisations.models import Organisation
from community.projects.models import Project


class ImportRun(models.Model):
    """One import of a published inventory, kept so that it can be undone."""

    source = models.CharField(_("source"), max_length=60, db_index=True)
    file_name = models.CharField(_("file"), max_length=250)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)
    organisations = models.ManyToManyField(
        Organisation, related_name="+", help_text="Those this run created."
    )

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.source} {self.started_at:%Y-%m-%d %H:%M}"


class ImportLease(models.Model):
    """The running import or undo of a source: see `inventories.locking`."""

    source = models.CharField(max_length=60, primary_key=True)
    holder = models.UUIDField()
    ends_at = models.DateTimeField()

    wagtail_reference_index_ignore = True

    def __str__(self) -> str:
        return self.source


class ImportedRecord(models.Model):
    """The origin of an imported project. Its page shows it, and a later import finds the project by it."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="provenance")
    source = models.CharField(_("source"), max_length=60)
    record_id = models.CharField(_("published record id"), max_length=250, db_index=True)
    record_key = models.CharField(
        max_length=250, editable=False, help_text="id_key(record_id): look-alikes share it."
    )
    owner = models.CharField(
        max_length=300, editable=False, help_text="The organisation as published, for matching."
    )
    digest = models.CharField(
        max_length=64, help_text="Of the record as published: the same again changes nothing."
    )
    licence = models.CharField(_("licence"), max_length=120, blank=True)
    attribution = models.CharField(_("attribution"), max_length=300, blank=True)
    contact = models.CharField(
        _("contact"), max_length=200, blank=True, help_text=_("Never an e-mail address.")
    )
    url = models.URLField(_("published at"), max_length=500, blank=True)
    created_in = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="created_records")

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "record_key"], name="imported_record_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.record_id}"


class ImportedChange(models.Model):
    """The state of an imported record before a later run changed it, stored for undoing."""

    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="changes")
    record = models.ForeignKey(ImportedRecord, on_delete=models.CASCADE, related_name="changes")
    before = models.JSONField()

    wagtail_reference_index_ignore = True

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "record"], name="imported_change_once")]

    def __str__(self) -> str:
        return f"{self.record} · {self.run}"
