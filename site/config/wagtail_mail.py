"""Turns off Wagtail's own mail about pages, which is sent to every editor inside the request's transaction.

The kinds of notice `review_requested`, `use_case_sent_back` and `use_case_published` replace it (ADR 15). The setting
`WAGTAILADMIN_COMMENTS_ENABLED` turns off its mail about comments.
"""

from __future__ import annotations

from wagtail import signals
from wagtail.models import TaskState, WorkflowState

CONNECTED = (
    (signals.task_submitted, TaskState, "group_approval_task_submitted_email_notification"),
    (signals.workflow_submitted, WorkflowState, "workflow_state_submitted_email_notification"),
    (signals.workflow_rejected, WorkflowState, "workflow_state_rejected_email_notification"),
    (signals.workflow_approved, WorkflowState, "workflow_state_approved_email_notification"),
)
"""Signal, sender and `dispatch_uid` of the receivers that `wagtail.admin.signal_handlers` connects."""


def disconnect() -> None:
    """Called when all apps are ready, after `wagtail.admin` has connected its mail senders. Safe to repeat."""
    for signal, sender, uid in CONNECTED:
        signal.disconnect(sender=sender, dispatch_uid=uid)
