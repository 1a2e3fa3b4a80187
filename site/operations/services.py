"""Actions of staff on failed tasks."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from community.audit.actions import log_action
from community.members.models import Member
from core.audience import viewer_for
from core.refusals import Refusal
from operations import audit, policies


class NotFailed(Refusal):
    """The task was retried meanwhile, or its row was deleted."""

    sentence = _("This work is no longer marked as failed. Perhaps someone else has dealt with it.")


@transaction.atomic
def retry_task(*, actor: Member, task_id: Any) -> None:
    """Queue a failed task again, with all its attempts. Raises `NotFailed`."""
    result = failed(actor, task_id)
    log_action(actor=actor, action=audit.TASK_RETRIED, subject=result, task=result.task_path)
    DBTaskResult.objects.filter(pk=result.pk).update(
        status=TaskResultStatus.READY, run_after=timezone.now(), worker_ids=[], finished_at=None
    )


@transaction.atomic
def drop_task(*, actor: Member, task_id: Any) -> None:
    """Delete a failed task. Raises `NotFailed`."""
    result = failed(actor, task_id)
    log_action(actor=actor, action=audit.TASK_DROPPED, subject=result, task=result.task_path)
    result.delete()


def failed(actor: Member, task_id: Any) -> DBTaskResult:
    policies.can_keep_work(viewer_for(actor)).require()
    result = DBTaskResult.objects.select_for_update().failed().filter(pk=task_id).first()
    if result is None:
        raise NotFailed
    return result
