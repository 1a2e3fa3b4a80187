from __future__ import annotations

from django.db import models


class JobRun(models.Model):
    """The last run of a scheduled job. `period` is the beginning of the last period for which it was queued.

    The row of its task is deleted when it is old or dropped. This row stays, so that no period is queued twice.
    """

    job = models.CharField(max_length=200, primary_key=True)
    period = models.DateTimeField()
    task_id = models.UUIDField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.job
