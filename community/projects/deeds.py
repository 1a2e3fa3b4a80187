"""What the log keeps of this room, beside what Wagtail keeps of versions published and taken down."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.deeds import verb

SHOWN_TO = verb("projects.show_to", _("Chose who sees a project"))
DRAFT_DELETED = verb("projects.delete_draft", _("Deleted a draft"))
IMPORTED = verb("projects.import", _("Imported an inventory"))
IMPORT_UNDONE = verb("projects.undo_import", _("Undid an import"))
