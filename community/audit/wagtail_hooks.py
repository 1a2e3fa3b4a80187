"""The audit log in Wagtail's admin."""

from __future__ import annotations

from django.db.models import Model
from django.http import HttpRequest
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogActionRegistry

from community.audit.models import LogEntry
from community.audit.views import AuditLogView


@hooks.register("construct_reports_menu")
def rename_report(request: HttpRequest, items: list[MenuItem]) -> None:
    for item in items:
        if item.name == "site-history":
            item.label = AuditLogView.page_title


@hooks.register("register_log_actions", order=1)
def use_own_log_entry(actions: LogActionRegistry) -> None:
    """Runs after Wagtail has registered its own models. `register_model` would list the table's entries twice."""
    actions.log_entry_models_by_type.register(Model, value=LogEntry)
