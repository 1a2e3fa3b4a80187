"""Addresses of Wagtail's own report, which the audit log replaces."""

from __future__ import annotations

from django.urls import path
from wagtail.admin.auth import require_admin_access

from community.audit.views import AuditLogView

urlpatterns = [
    path("", require_admin_access(AuditLogView.as_view())),
    path("results/", require_admin_access(AuditLogView.as_view(results_only=True))),
]
