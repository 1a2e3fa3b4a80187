"""The cache topics that a change in this package invalidates."""

from __future__ import annotations

from community.inventories.models import ImportedRecord
from core import topics
from core.row_changes import never_shown, on_change

never_shown("inventories.importrun", "inventories.importlease", "inventories.importedchange")
on_change(ImportedRecord, lambda record, change: (topics.subject("project", record.project_id),))
