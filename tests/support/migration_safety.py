"""Which migrations the version before could not live with.

While an upgrade runs, processes of two versions work on one database. A migration that only adds is safe for both. One
that takes away, renames or tightens breaks what still runs, unless the version before has already stopped using it;
then it says so: `contract = "why nobody misses it"` on the Migration class.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import connection, migrations, models
from django.db.migrations import AddField, AlterField, CreateModel, Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.fields import FieldOperation

Columns = dict[tuple[str, str, str], models.Field]
PACKAGES = ("config", "operations", "core", "subjects", "knowledge", "community", "search")
TAKES_AWAY = {
    migrations.RemoveField: "takes a column away",
    migrations.DeleteModel: "takes a table away",
    migrations.RenameField: "renames a column",
    migrations.RenameModel: "renames a table",
    migrations.AlterModelTable: "renames a table",
    migrations.AddConstraint: "may refuse what the version before writes",
    migrations.AlterUniqueTogether: "may refuse what the version before writes",
    migrations.RunSQL: "is written by hand",
}


def unmarked(migrations: Iterable[Migration]) -> list[str]:
    """A sentence for each operation that is destructive, stands in a migration of our rooms that is not its app's
    first, and is not marked."""
    found = []
    columns: Columns = {}
    for migration in sorted(migrations, key=lambda one: (one.app_label, one.name)):
        ours = type(migration).__module__.partition(".")[0] in PACKAGES
        why = list(reasons(migration, columns)) if ours else []
        if why and not migration.initial and not getattr(migration, "contract", ""):
            found += [f"{migration.app_label}.{migration.name}: {one}" for one in why]
    return found


def reasons(migration: Migration, columns: Columns) -> Iterator[str]:
    """Why the version before could not live with it. `columns` is what the migrations before have made, and is
    brought up to date."""
    made_here: set[str] = set()
    for operation in _on_the_database(migration.operations):
        model = getattr(operation, "model_name_lower", "") or getattr(operation, "name_lower", "")
        key = (migration.app_label, model)
        if isinstance(operation, CreateModel):
            made_here.add(model)
            columns |= {(*key, name): field for name, field in operation.fields}
        why = TAKES_AWAY.get(type(operation)) or _tightens(operation, key, columns)
        if why and model not in made_here:
            yield f"{operation.describe()}: {why}"
        if isinstance(operation, FieldOperation) and hasattr(operation, "field"):
            columns[*key, operation.name] = operation.field


def _on_the_database(operations: list[Operation]) -> Iterator[Operation]:
    for operation in operations:
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from operation.database_operations
        else:
            yield operation


def _tightens(operation: Operation, key: tuple[str, str], columns: Columns) -> str:
    if isinstance(operation, AddField):
        field = operation.field
        if not field.many_to_many and not field.null and not field.has_db_default():
            return "the version before writes rows without it; give it a db_default, or null"
    if isinstance(operation, AlterField):
        old, new = columns.get((*key, operation.name)), operation.field
        if old is None or not _holds_all_of(old, new):
            return "changes the kind of a column"
        if old.null and not new.null:
            return "the version before may leave it empty"
    return ""


def _holds_all_of(old: models.Field, new: models.Field) -> bool:
    if old.get_internal_type() != new.get_internal_type():
        return False
    if old.max_length and new.max_length:
        return new.max_length >= old.max_length
    return old.many_to_many or old.is_relation or old.db_type(connection) == new.db_type(connection)
