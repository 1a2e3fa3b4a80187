"""The page for staff in Wagtail's admin."""

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
from operations.models import Run
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
# When what waits was due, what runs began, and what failed was given up.
SINCE = Case(
    When(status=TaskResultStatus.RUNNING, then=F("started_at")),
    When(status=TaskResultStatus.FAILED, then=F("finished_at")),
    When(run_after=get_date_max(), then=F("enqueued_at")),
    default=F("run_after"),
)


@require_safe
def work(request: MemberRequest) -> HttpResponse:
    """What waits, runs and has failed in each queue, each piece of it (what failed first), and the schedule."""
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
        "queues": in_queues(unfinished),
        "jobs": coming_round(timezone.now()),
        "page_obj": page,
        "rows": [told(row) for row in page],
        "may_read_tracebacks": bool(may_read),
        "queue": queue,
        "state": state,
        "queue_choices": QUEUES.items(),
        "state_choices": [choice for choice in STATES.items() if choice[0] != TaskResultStatus.SUCCESSFUL],
    }
    return render(request, "operations/work.html", context)


def in_queues(unfinished: Any) -> list[dict[str, Any]]:
    """For each queue how many wait, run and have failed, and since when the oldest does. What rests before another
    attempt waits too."""
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


def coming_round(now: datetime) -> list[dict[str, Any]]:
    """Each job with its last run, what came of it, and its next. A row that is gone was done, or dropped."""
    runs = {run.job: run for run in Run.objects.all()}
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


def told(row: DBTaskResult) -> dict[str, Any]:
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


def deciding(deed: Callable[..., None], done: Promise) -> Callable[[MemberRequest, UUID], HttpResponse]:
    @require_POST
    def decide(request: MemberRequest, pk: UUID) -> HttpResponse:
        policies.can_keep_work(request.viewer).require()
        with refusals_as_messages(request):
            deed(actor=request.user, task_id=pk)
            messages.success(request, str(done))
        return redirect("work")

    return decide


retry = deciding(services.retry_task, gettext_lazy("It will be tried again."))
drop = deciding(services.drop_task, gettext_lazy("Dropped. It will not be done."))
