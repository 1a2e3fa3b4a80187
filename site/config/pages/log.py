"""The audit log, for staff in Wagtail's admin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.http import HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy
from django_tasks_db.models import DBTaskResult
from wagtail.admin.views.reports.audit_logging import (
    LogEntriesView,
    SiteHistoryReportFilterSet,
    get_users_for_filter,
)
from wagtail.models import ModelLogEntry

from community.audit.actions import WHY, log_action
from community.discussions.models import Post, Thread
from community.members.models import Member
from community.organisations.models import Role
from config.pages import audit
from core.audience import may_see

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
    "public": gettext_lazy("Everyone"),
    "members": gettext_lazy("Members"),
    "organisation": gettext_lazy("Its organisation"),
}
PAST = {
    "wagtail.create": gettext_lazy("Created it"),
    "wagtail.edit": gettext_lazy("Edited it"),
    "wagtail.delete": gettext_lazy("Deleted it"),
    "wagtail.publish": gettext_lazy("Published it"),
    "wagtail.publish.scheduled": gettext_lazy("Published it as scheduled"),
    "wagtail.unpublish": gettext_lazy("Unpublished it"),
    "wagtail.unpublish.scheduled": gettext_lazy("Unpublished it as scheduled"),
    "wagtail.lock": gettext_lazy("Locked it"),
    "wagtail.unlock": gettext_lazy("Unlocked it"),
    "wagtail.moderation.approve": gettext_lazy("Approved it"),
    "wagtail.moderation.reject": gettext_lazy("Rejected it"),
}
"""What Wagtail says of its own deeds, in the words of ours: somebody did it."""
NAMELESS = (Post, Thread, DBTaskResult)


class LogFilters(SiteHistoryReportFilterSet):
    def get_users_queryset(self) -> Any:
        """Everybody who did something, not only to pages."""
        return get_users_for_filter(self.request.user)


class Log(LogEntriesView):
    """Wagtail's report, with the names of what is not a page looked up, and with reasons. Staff see all of it."""

    page_title = gettext_lazy("Activity log")
    results_template_name = "audit/log_results.html"
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
            log_action(actor=self.request.user, action=audit.LOG_EXPORTED, subject=self.request.user)
        return super().render_to_response(context, **kwargs)

    def may_name(self, instance: Any) -> bool:
        """Whether the reader may see the thing itself. Of what is hidden, the log says only that it was changed."""
        audience = getattr(instance, "audience", None)
        return audience is None or may_see(self.request.viewer, audience)

    def decorate_paginated_queryset(self, rows: Any) -> list[Any]:
        entries = super().decorate_paginated_queryset(rows)
        there = instances([entry for entry in entries if isinstance(entry, ModelLogEntry)])
        names = {
            "member": Member.objects.in_bulk(numbers(entries, "member")),
            "group": Group.objects.in_bulk(numbers(entries, "group")),
        }
        for entry in entries:
            entry.message = PAST.get(entry.action, entry.message)
            if isinstance(entry, ModelLogEntry):
                instance = there.get((entry.content_type_id, entry.object_id))
                if instance and not self.may_name(instance):
                    instance = None
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
