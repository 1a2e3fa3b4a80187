from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from community.members.models import Member
from core.topics import invalidate_pages
from operations.backup import manifest, uploads
from operations.backup.databases import database, look
from operations.backup.faults import Impossible, said_in_a_sentence
from operations.backup.manifest import Manifest
from search.backends import BackendUnavailable, backends
from search.indexing import rebuild


def restore(folder: Path, *, replace: bool = False, tell: Callable[[str], None]) -> Manifest:
    """Restore a backup, apply newer migrations and rebuild the search index.

    Checks the backup before it changes anything. Without `replace`, a site with members or files is refused; with it,
    they are deleted. Calls `tell` with each step. Raises `Impossible`.
    """
    tell("Checking the backup …")
    kept = manifest.read(folder)
    media = Path(settings.MEDIA_ROOT)
    with said_in_a_sentence():
        media.mkdir(parents=True, exist_ok=True)
        Path(settings.DATA_DIR).mkdir(parents=True, exist_ok=True)
    _check(kept, replace=replace)
    with said_in_a_sentence():
        try:
            with uploads.created_with(uploads.SERVED):
                uploads.stage(folder / "media", media)
            tell("Bringing back the database …")
            database().load(folder / database().file)
            uploads.put_in_place(media)
        finally:
            uploads.unstage(media)
    if look().rows != kept.rows:
        raise Impossible("What was brought back is not what was backed up: the counts of rows differ.")
    _bring_up_to_date(tell)
    return kept


def _check(kept: Manifest, *, replace: bool) -> None:
    if kept.engine != connection.vendor:
        raise Impossible(f"This backup is of a site on {kept.engine}; this one is on {connection.vendor}.")
    known = {".".join(key) for key in MigrationExecutor(connection).loader.disk_migrations}
    if later := sorted(set(kept.migrations) - known):
        raise Impossible(
            f"This backup is of a later version of Samverka, which knows {later[-1]}. Upgrade first."
        )
    if not replace and not _is_empty():
        raise Impossible(
            "There are members or files here already. With --replace they are replaced by the backup's."
        )


def _is_empty() -> bool:
    tables = connection.introspection.table_names()
    somebody = Member._meta.db_table in tables and Member.objects.exists()
    return not somebody and uploads.is_empty(Path(settings.MEDIA_ROOT))


def _bring_up_to_date(tell: Callable[[str], None]) -> None:
    """Apply the migrations that the backup lacks, rebuild the search index, and invalidate all pages."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        tell("Bringing the database up to date …")
        call_command("migrate", verbosity=0, interactive=False)
    tell("Filling the search index …")
    failed = []
    for backend in backends():
        try:
            rebuild(backend)
        except BackendUnavailable:
            failed.append(backend.name)
    invalidate_pages()
    if failed:
        raise Impossible(
            f"Everything is back but the search index of {', '.join(failed)}, which does not answer. Run "
            "search_rebuild when it does; until then the database answers searches."
        )
