"""Two releases use one database during an upgrade: a migration that breaks the older one says why that is safe."""

from __future__ import annotations

import pytest
from django.db import migrations, models
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from tests.operations.migration_safety import breaking_operations, breaking_reasons


@pytest.mark.django_db
def test_every_breaking_migration_has_a_breaking_reason() -> None:
    assert breaking_operations(MigrationLoader(None).disk_migrations.values()) == []


def reasons_of(*operations: Operation) -> list[str]:
    fields = {"name": models.CharField(max_length=20), "note": models.TextField(null=True)}
    before = {("club", "member", name): field for name, field in fields.items()}
    migration = Migration("0002_later", "club")
    migration.operations = list(operations)
    return list(breaking_reasons(migration, before))


@pytest.mark.parametrize(
    "operation",
    [
        migrations.RemoveField("member", "name"),
        migrations.DeleteModel("Member"),
        migrations.RenameField("member", "name", "title"),
        migrations.RenameModel("Member", "Person"),
        migrations.AlterModelTable("Member", "people"),
        migrations.AddField("member", "age", models.IntegerField(default=0)),
        migrations.AlterField("member", "note", models.TextField(default="")),
        migrations.AlterField("member", "name", models.CharField(max_length=10)),
        migrations.AlterField("member", "name", models.IntegerField()),
        migrations.AddConstraint("member", models.UniqueConstraint(fields=["name"], name="once")),
        migrations.RunSQL("DROP TABLE club_member"),
        migrations.SeparateDatabaseAndState([migrations.RemoveField("member", "name")]),
    ],
    ids=lambda operation: type(operation).__name__,
)
def test_breaking_operation_is_found(operation: Operation) -> None:
    assert len(reasons_of(operation)) == 1


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("member", "age", models.IntegerField(null=True)),
        migrations.AddField("member", "age", models.IntegerField(db_default=0)),
        migrations.AddField("member", "friends", models.ManyToManyField("club.Member")),
        migrations.AlterField("member", "name", models.CharField(max_length=40)),
        migrations.AlterField("member", "note", models.TextField(null=True, blank=True)),
        migrations.AddIndex("member", models.Index(fields=["name"], name="by_name")),
        migrations.AlterModelOptions("Member", {"verbose_name": "person"}),
        migrations.CreateModel("Letter", [("id", models.BigAutoField(primary_key=True))]),
        migrations.RunPython(migrations.RunPython.noop),
    ],
    ids=lambda operation: type(operation).__name__,
)
def test_operation_that_only_adds_is_safe(operation: Operation) -> None:
    assert reasons_of(operation) == []


def test_table_created_in_the_same_migration_is_exempt() -> None:
    creation = migrations.CreateModel("Letter", [("id", models.BigAutoField(primary_key=True))])
    assert reasons_of(creation, migrations.AddField("letter", "text", models.TextField())) == []
