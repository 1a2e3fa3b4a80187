"""Wagtail's own mail about pages is off: it opens a mail server inside the request's transaction, to every editor.

The kinds of notice `review_requested`, `use_case_sent_back` and `use_case_published` replace it (ADR 15). Its mail
about comments ends with the setting `WAGTAILADMIN_COMMENTS_ENABLED`."""

from __future__ import annotations

from wagtail import signals
from wagtail.models import TaskState, WorkflowState

CONNECTED = (
    (signals.task_submitted, TaskState, "group_approval_task_submitted_email_notification"),
    (signals.workflow_submitted, WorkflowState, "workflow_state_submitted_email_notification"),
    (signals.workflow_rejected, WorkflowState, "workflow_state_rejected_email_notification"),
    (signals.workflow_approved, WorkflowState, "workflow_state_approved_email_notification"),
)
"""As `wagtail.admin.signal_handlers` connects them."""


def disconnect() -> None:
    """Called when all apps are ready, after `wagtail.admin` has connected its mail senders. Safe to repeat."""
    for signal, sender, uid in CONNECTED:
        signal.disconnect(sender=sender, dispatch_uid=uid)
