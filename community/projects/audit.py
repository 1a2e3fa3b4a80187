"""What the log keeps of this room, beside what Wagtail keeps of versions published and taken down."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from community.audit.actions import register_action

SHOWN_TO = register_action("projects.show_to", _("Chose who sees a project"))
DRAFT_DELETED = register_action("projects.delete_draft", _("Deleted a draft"))
IMPORTED = register_action("projects.import", _("Imported an inventory"))
IMPORT_UNDONE = register_action("projects.undo_import", _("Undid an import"))
