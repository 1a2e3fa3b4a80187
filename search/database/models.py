"""The embedded backend's tables. They are derived from the packages below, and can be rebuilt at any time."""

from __future__ import annotations

from django.db import models

from core.audience import AudienceField
from search.database.querysets import EntryQuerySet


class Entry(models.Model):
    """One search record, with the dates it may be sorted by. Its words are in the full-text table, in one row for each
    language (`fulltext`)."""

    kind = models.CharField(max_length=20)
    object_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField(null=True)
    audience = AudienceField()
    dated = models.DateTimeField(null=True, db_index=True)
    starts = models.DateTimeField(null=True)
    ends = models.DateTimeField(null=True)
    deadline = models.DateTimeField(null=True)
    confirmed = models.DateTimeField(null=True)
    record = models.JSONField()
    as_of = models.BigIntegerField(default=0, help_text="When the record began to be read, in nanoseconds.")

    wagtail_reference_index_ignore = True
    objects = models.Manager.from_queryset(EntryQuerySet)()

    class Meta:
        app_label = "search"
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="search_entry_once")]

    def __str__(self) -> str:
        return f"{self.kind}:{self.object_id}"


class EntryFacet(models.Model):
    """A facet code of an entry."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="facets", db_index=False)
    field = models.CharField(max_length=20)
    code = models.CharField(max_length=60)

    wagtail_reference_index_ignore = True

    class Meta:
        app_label = "search"
        constraints = [models.UniqueConstraint(fields=["entry", "field", "code"], name="search_facet_once")]
        indexes = [models.Index(fields=["field", "code", "entry"], name="search_facet_code")]

    def __str__(self) -> str:
        return f"{self.field}={self.code}"
