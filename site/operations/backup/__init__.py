"""Writes the whole site into one folder, and restores it.

A backup is a folder with the database, the uploaded files in `media/`, and `manifest.json`, which lists its content and
is written last. A folder without a manifest is no backup. The site can be in use while the backup is made: the database
is that of one moment, and the backup has every file that its rows refer to.
"""

from operations.backup.faults import Impossible
from operations.backup.making import back_up
from operations.backup.restoring import restore

__all__ = ["Impossible", "back_up", "restore"]
