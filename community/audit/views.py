"""The audit log's page, for staff, in Wagtail's admin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.http import HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy
from wagtail.admin.views.reports.audit_logging import (
    LogEntriesView,
    SiteHistoryReportFilterSet,
    get_users_for_filter,
)
from wagtail.models import ModelLogEntry

from community.audit.actions import (
    fact_label,
    has_shown_name,
    log_action,
    register_action,
    value_label,
)
from core.audience import may_see

LOG_EXPORTED = register_action("audit.export", gettext_lazy("Exported the log"))
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
"""Wagtail's own actions, in the words of the site's own."""


class AuditLogFilters(SiteHistoryReportFilterSet):
    def get_users_queryset(self) -> Any:
        """Every member who has acted on anything, not only on pages."""
        return get_users_for_filter(self.request.user)


class AuditLogView(LogEntriesView):
    """Wagtail's report, with reasons and the present names of objects that are not pages. Staff see every entry."""

    page_title = gettext_lazy("Audit log")
    results_template_name = "audit/log_results.html"
    filterset_class = AuditLogFilters
    list_export = [*LogEntriesView.list_export, "comment"]
    export_headings = {**LogEntriesView.export_headings, "comment": gettext_lazy("Why")}

    def get_filtered_queryset(self) -> Any:
        if self.request.user.is_staff:
            # Wagtail looks up once per request which content types the user may see, and caches the answer here.
            self.request.user._allowed_content_type_ids = set(
                ContentType.objects.values_list("pk", flat=True)
            )
        return super().get_filtered_queryset()

    def render_to_response(self, context: Any, **kwargs: Any) -> HttpResponse:
        if self.is_export:
            log_action(actor=self.request.user, action=LOG_EXPORTED, subject=self.request.user)
        return super().render_to_response(context, **kwargs)

    def may_name(self, instance: Any) -> bool:
        """Return whether the reader may see the object itself. A hidden object is shown by kind and number."""
        audience = getattr(instance, "audience", None)
        return audience is None or may_see(self.request.viewer, audience)

    def decorate_paginated_queryset(self, rows: Any) -> list[Any]:
        entries = super().decorate_paginated_queryset(rows)
        existing = existing_objects([entry for entry in entries if isinstance(entry, ModelLogEntry)])
        names: dict[str, dict[Any, Any]] = {
            "member": get_user_model()._default_manager.in_bulk(numbers(entries, "member")),
            "group": Group.objects.in_bulk(numbers(entries, "group")),
        }
        for entry in entries:
            entry.message = PAST.get(entry.action, entry.message)
            if isinstance(entry, ModelLogEntry):
                instance = existing.get((entry.content_type_id, entry.object_id))
                if instance and not self.may_name(instance):
                    instance = None
                has_name = instance and has_shown_name(instance)
                kind = entry.object_verbose_name if entry.content_type else gettext("Something")
                entry.label = display_name(instance) if has_name else capfirst(f"{kind} {entry.object_id}")
                entry.edit_url = entry.edit_url or address_of(instance)
            entry.facts = [
                (label, display_name(names.get(key, {}).get(value)) or value_label(value))
                for key, value in entry.data.items()
                if (label := fact_label(key))
            ]
        return entries


def display_name(instance: Any) -> str:
    """Return the name of an object; of a member without a name, the mail address."""
    if isinstance(instance, get_user_model()):
        return instance.get_full_name() or instance.email
    return str(instance or "")


def address_of(instance: Any) -> str:
    return str(instance.get_absolute_url()) if hasattr(instance, "get_absolute_url") else ""


def numbers(entries: Sequence[Any], fact: str) -> set[int]:
    return {entry.data[fact] for entry in entries if isinstance(entry.data.get(fact), int)}


def existing_objects(entries: Sequence[ModelLogEntry]) -> dict[tuple[int, str], Any]:
    """Return the objects of the entries that still exist, by (content type, id). One query for each model."""
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
