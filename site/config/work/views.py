"""Pages for staff in Wagtail's admin: the background work, and the log of deeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.paginator import Paginator
from django.db.models import Case, Count, F, Min, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max
from wagtail.admin.views.reports.audit_logging import (
    LogEntriesView,
    SiteHistoryReportFilterSet,
    get_users_for_filter,
)
from wagtail.models import ModelLogEntry

from community.discussions.models import Post, Thread
from community.members.models import Member
from community.organisations.models import Role
from config.models import Run
from config.work import deeds, policies, services
from config.work.schedule import JOBS
from foundation.deeds import WHY, record

PAGE_SIZE = 50
STATES = {
    TaskResultStatus.READY: gettext_lazy("Waiting"),
    TaskResultStatus.RUNNING: gettext_lazy("Running"),
    TaskResultStatus.FAILED: gettext_lazy("Failed"),
    TaskResultStatus.SUCCESSFUL: gettext_lazy("Done"),
}
QUEUES = {
    "mail": gettext_lazy("Mail"),
    "index": gettext_lazy("Search index"),
    "default": gettext_lazy("Other work"),
    "framework": gettext_lazy("Upkeep"),
}
LABELS = {job.name: job.label for job in JOBS}
FACTS = {
    "member": gettext_lazy("Member"),
    "group": gettext_lazy("Group"),
    "role": gettext_lazy("Role"),
    "right": gettext_lazy("Right"),
    "thread": gettext_lazy("Conversation"),
    "absorbed": gettext_lazy("Merged"),
    "other": gettext_lazy("The other"),
    "to": gettext_lazy("Shown to"),
    "rows": gettext_lazy("Rows"),
    "task": gettext_lazy("Task"),
}
CODES = {
    **dict(Role.choices),
    "is_active": gettext_lazy("An open account"),
    "is_staff": gettext_lazy("Staff"),
    "is_superuser": gettext_lazy("Everything"),
    "public": gettext_lazy("Everybody"),
    "members": gettext_lazy("Members"),
    "organisation": gettext_lazy("Its organisation"),
}
NAMELESS = (Post, Thread, DBTaskResult)
# When what waits was due, what runs began, and what failed was given up.
SINCE = Case(
    When(status=TaskResultStatus.RUNNING, then=F("started_at")),
    When(status=TaskResultStatus.FAILED, then=F("finished_at")),
    When(run_after=get_date_max(), then=F("enqueued_at")),
    default=F("run_after"),
)


@require_safe
def work(request: HttpRequest) -> HttpResponse:
    """What waits, runs and has failed in each queue, each piece of it (what failed first), and the schedule."""
    policies.can_keep_work(request.user).require()
    unfinished = DBTaskResult.objects.exclude(status=TaskResultStatus.SUCCESSFUL).annotate(since=SINCE)
    queue, state = request.GET.get("queue", ""), request.GET.get("state", "")
    chosen = unfinished.order_by("status", "-since").defer("args_kwargs", "return_value")
    if queue in QUEUES:
        chosen = chosen.filter(queue_name=queue)
    if state in STATES:
        chosen = chosen.filter(status=state)
    may_read = policies.can_read_tracebacks(request.user)
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
    return render(request, "config/work.html", context)


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
        "since": row.since,
        "attempts": len(row.worker_ids),
        "fault": row.exception_class_path.rpartition(".")[2],
        "result": row,
    }


def deciding(deed: Callable[..., None], done: str) -> Callable[[HttpRequest, UUID], HttpResponse]:
    @require_POST
    def decide(request: HttpRequest, pk: UUID) -> HttpResponse:
        try:
            deed(actor=request.user, task_id=pk)
            messages.success(request, str(done))
        except services.NotFailed as refusal:
            messages.error(request, str(refusal))
        return redirect("work")

    return decide


retry = deciding(services.retry_task, gettext_lazy("It is tried again."))
drop = deciding(services.drop_task, gettext_lazy("It is dropped and will not be done."))


class LogFilters(SiteHistoryReportFilterSet):
    def get_users_queryset(self) -> Any:
        """Everybody who did something, not only to pages."""
        return get_users_for_filter(self.request.user)


class Log(LogEntriesView):
    """Wagtail's report, with the names of what is not a page looked up, and with reasons. Staff see all of it."""

    page_title = gettext_lazy("The log of deeds")
    results_template_name = "config/log_results.html"
    filterset_class = LogFilters
    list_export = [*LogEntriesView.list_export, "comment"]
    export_headings = {**LogEntriesView.export_headings, "comment": gettext_lazy("Why")}

    def get_filtered_queryset(self) -> Any:
        if self.request.user.is_staff:
            # Wagtail asks once a request which kinds of things one may see, and keeps the answer here.
            self.request.user._allowed_content_type_ids = set(
                ContentType.objects.values_list("pk", flat=True)
            )
        return super().get_filtered_queryset()

    def render_to_response(self, context: Any, **kwargs: Any) -> HttpResponse:
        if self.is_export:
            record(actor=self.request.user, verb=deeds.LOG_EXPORTED, subject=self.request.user)
        return super().render_to_response(context, **kwargs)

    def decorate_paginated_queryset(self, rows: Any) -> list[Any]:
        entries = super().decorate_paginated_queryset(rows)
        there = instances([entry for entry in entries if isinstance(entry, ModelLogEntry)])
        names = {
            "member": Member.objects.in_bulk(numbers(entries, "member")),
            "group": Group.objects.in_bulk(numbers(entries, "group")),
        }
        for entry in entries:
            if isinstance(entry, ModelLogEntry):
                instance = there.get((entry.content_type_id, entry.object_id))
                has_name = instance and not isinstance(instance, NAMELESS)
                kind = entry.object_verbose_name if entry.content_type else gettext("Something")
                entry.label = called(instance) if has_name else capfirst(f"{kind} {entry.object_id}")
                entry.edit_url = entry.edit_url or address_of(instance)
            entry.facts = [
                (FACTS[key], called(names.get(key, {}).get(value)) or CODES.get(value, value))
                for key, value in entry.data.items()
                if key in FACTS and key != WHY
            ]
        return entries


def called(instance: Any) -> str:
    """Its name; a member who has not given one is known by the address."""
    if isinstance(instance, Member):
        return instance.get_full_name() or instance.email
    return str(instance or "")


def address_of(instance: Any) -> str:
    """Where it is read, if there is such a place; a post is read in its thread."""
    place = instance.thread if isinstance(instance, Post) else instance
    return str(place.get_absolute_url()) if hasattr(place, "get_absolute_url") else ""


def numbers(entries: Sequence[Any], fact: str) -> set[int]:
    return {entry.data[fact] for entry in entries if isinstance(entry.data.get(fact), int)}


def instances(entries: Sequence[ModelLogEntry]) -> dict[tuple[int, str], Any]:
    """What the entries are about, where it is still there: a query for each kind of thing."""
    wanted: dict[int, set[str]] = {}
    for entry in (each for each in entries if each.content_type_id):
        wanted.setdefault(entry.content_type_id, set()).add(entry.object_id)
    found = {}
    for kind, ids in wanted.items():
        model = ContentType.objects.get_for_id(kind).model_class()
        if model:
            for instance in model._base_manager.select_related().filter(pk__in=ids):
                found[kind, str(instance.pk)] = instance
    return found
