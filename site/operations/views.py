"""The page of background work, for staff, in Wagtail's admin."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, Count, F, Min, When
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from community.members.requests import MemberRequest
from core.forms import refusals_as_messages
from operations import policies, services
from operations.models import JobRun
from operations.schedule import JOBS

PAGE_SIZE = 50
STATES = {
    TaskResultStatus.READY: gettext_lazy("Waiting"),
    TaskResultStatus.RUNNING: gettext_lazy("Running"),
    TaskResultStatus.FAILED: gettext_lazy("Failed"),
    TaskResultStatus.SUCCESSFUL: gettext_lazy("Done"),
}
QUEUES = {
    "mail": gettext_lazy("E-mail"),
    "index": gettext_lazy("Search index"),
    "notices": gettext_lazy("Notices"),
    "default": gettext_lazy("Other work"),
    "framework": gettext_lazy("Maintenance"),
}
LABELS = {job.name: job.label for job in JOBS}
# The time at which a waiting task was due, a running one began, and a failed one was given up.
SINCE = Case(
    When(status=TaskResultStatus.RUNNING, then=F("started_at")),
    When(status=TaskResultStatus.FAILED, then=F("finished_at")),
    When(run_after=get_date_max(), then=F("enqueued_at")),
    default=F("run_after"),
)


@require_safe
def work(request: MemberRequest) -> HttpResponse:
    """Show counts of each queue, the unfinished tasks (failed ones first), and the schedule."""
    policies.can_keep_work(request.viewer).require()
    unfinished = DBTaskResult.objects.exclude(status=TaskResultStatus.SUCCESSFUL).annotate(since=SINCE)
    queue, state = request.GET.get("queue", ""), request.GET.get("state", "")
    chosen = unfinished.order_by("status", "-since").defer("args_kwargs", "return_value")
    if queue in QUEUES:
        chosen = chosen.filter(queue_name=queue)
    if state in STATES:
        chosen = chosen.filter(status=state)
    may_read = policies.can_read_tracebacks(request.viewer)
    page = Paginator(chosen if may_read else chosen.defer("traceback"), PAGE_SIZE).get_page(
        request.GET.get("p")
    )
    context = {
        "queues": queue_rows(unfinished),
        "jobs": job_rows(timezone.now()),
        "page_obj": page,
        "rows": [task_row(row) for row in page],
        "may_read_tracebacks": bool(may_read),
        "queue": queue,
        "state": state,
        "queue_choices": QUEUES.items(),
        "state_choices": [choice for choice in STATES.items() if choice[0] != TaskResultStatus.SUCCESSFUL],
    }
    return render(request, "operations/work.html", context)


def queue_rows(unfinished: Any) -> list[dict[str, Any]]:
    """Return for each queue the number of waiting, running and failed tasks, and the time of the oldest of each. A task
    in its pause before another attempt counts as waiting."""
    counted = {
        (row["queue_name"], row["status"]): row
        for row in unfinished.order_by()
        .values("queue_name", "status")
        .annotate(count=Count("pk"), oldest=Min("since"))
    }
    nothing = {"count": 0, "oldest": None}
    return [
        {
            "label": label,
            **{state.lower(): counted.get((name, state), nothing) for state in STATES},
        }
        for name, label in QUEUES.items()
    ]


def job_rows(now: datetime) -> list[dict[str, Any]]:
    """Return each job with its last run, the state of that run, and its next run. The state is "" if the task's row was
    deleted, because it was finished or dropped."""
    runs = {run.job: run for run in JobRun.objects.all()}
    rows = DBTaskResult.objects.in_bulk([run.task_id for run in runs.values() if run.task_id])
    jobs = []
    for job in JOBS:
        run = runs.get(job.name)
        row = rows.get(run.task_id) if run and run.task_id else None
        jobs.append(
            {
                "name": job.label,
                "every": job.every,
                "last": run.period if run else None,
                "state": STATES[TaskResultStatus(row.status)] if row else "",
                "next": job.period(now) + job.every,
            }
        )
    return jobs


def task_row(row: DBTaskResult) -> dict[str, Any]:
    return {
        "pk": row.pk,
        "name": LABELS.get(row.task_path) or row.task_path.rpartition(".")[2],
        "path": row.task_path,
        "queue": QUEUES.get(row.queue_name, row.queue_name),
        "state": STATES[TaskResultStatus(row.status)],
        "failed": row.status == TaskResultStatus.FAILED,
        "since": getattr(row, "since", None),
        "attempts": len(row.worker_ids),
        "fault": row.exception_class_path.rpartition(".")[2],
        "result": row,
    }


def decision_view(
    service: Callable[..., None], done: Promise
) -> Callable[[MemberRequest, UUID], HttpResponse]:
    @require_POST
    def decide(request: MemberRequest, pk: UUID) -> HttpResponse:
        policies.can_keep_work(request.viewer).require()
        with refusals_as_messages(request):
            service(actor=request.user, task_id=pk)
            messages.success(request, str(done))
        return redirect("work")

    return decide


retry = decision_view(services.retry_task, gettext_lazy("It will be tried again."))
drop = decision_view(services.drop_task, gettext_lazy("Dropped. It will not be done."))
