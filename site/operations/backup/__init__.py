"""The whole site in one folder, and back again.

A backup is a folder: the database, `media/` with what was uploaded, and `manifest.json`, which says what belongs to it
and is written last. A folder without it is no backup. It can be made while the site is written to: the database is
that of one moment, and every file that moment knew of is there.
"""

from operations.backup.faults import Impossible
from operations.backup.making import back_up
from operations.backup.restoring import restore

__all__ = ["Impossible", "back_up", "restore"]
