"""Finds migrations that break the previous release.

During an upgrade, processes of two releases use one database. A migration that only adds is safe for both. One that
removes, renames or restricts breaks the running release, unless that release no longer uses the column. Then the
Migration class says why it is safe: `breaking_reason = "nothing has read this column since 1.4"`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import connection, migrations, models
from django.db.migrations import AddField, AlterField, CreateModel, Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.fields import FieldOperation

Columns = dict[tuple[str, str, str], models.Field]
PACKAGES = ("config", "operations", "core", "subjects", "knowledge", "community", "search")
BREAKING = {
    migrations.RemoveField: "removes a column",
    migrations.DeleteModel: "removes a table",
    migrations.RenameField: "renames a column",
    migrations.RenameModel: "renames a table",
    migrations.AlterModelTable: "renames a table",
    migrations.AddConstraint: "may reject rows of the previous release",
    migrations.AlterUniqueTogether: "may reject rows of the previous release",
    migrations.RunSQL: "is SQL that this check cannot read",
}


def breaking_operations(migrations: Iterable[Migration]) -> list[str]:
    """Return a sentence for each breaking operation in migrations of our packages. The first migration of an app and
    one with a `breaking_reason` are exempt."""
    found = []
    columns: Columns = {}
    for migration in sorted(migrations, key=lambda one: (one.app_label, one.name)):
        ours = type(migration).__module__.partition(".")[0] in PACKAGES
        why = list(breaking_reasons(migration, columns)) if ours else []
        if why and not migration.initial and not getattr(migration, "breaking_reason", ""):
            found += [f"{migration.app_label}.{migration.name}: {one}" for one in why]
    return found


def breaking_reasons(migration: Migration, columns: Columns) -> Iterator[str]:
    """Yield why each breaking operation breaks the previous release. `columns` contains the columns that earlier
    migrations created; this one's are added."""
    created_here: set[str] = set()
    for operation in _database_operations(migration.operations):
        model = getattr(operation, "model_name_lower", "") or getattr(operation, "name_lower", "")
        key = (migration.app_label, model)
        if isinstance(operation, CreateModel):
            created_here.add(model)
            columns |= {(*key, name): field for name, field in operation.fields}
        why = BREAKING.get(type(operation)) or _restriction(operation, key, columns)
        if why and model not in created_here:
            yield f"{operation.describe()}: {why}"
        if isinstance(operation, FieldOperation) and hasattr(operation, "field"):
            columns[*key, operation.name] = operation.field


def _database_operations(operations: list[Operation]) -> Iterator[Operation]:
    for operation in operations:
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from operation.database_operations
        else:
            yield operation


def _restriction(operation: Operation, key: tuple[str, str], columns: Columns) -> str:
    if isinstance(operation, AddField):
        field = operation.field
        if not field.many_to_many and not field.null and not field.has_db_default():
            return "the previous release inserts rows without it; give it a db_default, or null"
    if isinstance(operation, AlterField):
        old, new = columns.get((*key, operation.name)), operation.field
        if old is None or not _accepts_all_values_of(old, new):
            return "changes the type of a column"
        if old.null and not new.null:
            return "the previous release may store null"
    return ""


def _accepts_all_values_of(old: models.Field, new: models.Field) -> bool:
    if old.get_internal_type() != new.get_internal_type():
        return False
    if old.max_length and new.max_length:
        return new.max_length >= old.max_length
    return old.many_to_many or old.is_relation or old.db_type(connection) == new.db_type(connection)
