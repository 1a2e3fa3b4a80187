from __future__ import annotations

from django.db import models


class Run(models.Model):
    """How far a job of the schedule has come: it was queued for the period that began at `period`, and for none
    after. The row of its task goes when it is old or dropped; this one stays, so that no period comes twice."""

    job = models.CharField(max_length=200, primary_key=True)
    period = models.DateTimeField()
    task_id = models.UUIDField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.job
