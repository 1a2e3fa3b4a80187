from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from community.audit.actions import register_action, register_facts

IMPORTED = register_action("inventories.import", _("Imported an inventory"))
IMPORT_UNDONE = register_action("inventories.undo_import", _("Undid an import"))
register_facts({"rows": _("Rows")})
