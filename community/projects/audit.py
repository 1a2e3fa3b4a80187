"""Actions of this package in the audit log. Wagtail logs publishing and unpublishing itself."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from community.audit.actions import register_action, register_facts

SHOWN_TO = register_action("projects.show_to", _("Chose who sees a project"))
DRAFT_DELETED = register_action("projects.delete_draft", _("Deleted a draft"))
register_facts(
    {"to": _("Shown to")},
    {"public": _("Everyone"), "members": _("Members"), "organisation": _("Its organisation")},
)
