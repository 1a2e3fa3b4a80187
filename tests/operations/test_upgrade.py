"""Two versions side by side on one database: whatever the older could not live with is marked, and so is meant."""

from __future__ import annotations

import pytest
from django.db import migrations, models
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from tests.support.migration_safety import reasons, unmarked


@pytest.mark.django_db
def test_every_migration_that_takes_away_or_tightens_is_marked_as_a_contract() -> None:
    assert unmarked(MigrationLoader(None).disk_migrations.values()) == []


def found(*operations: Operation) -> list[str]:
    fields = {"name": models.CharField(max_length=20), "note": models.TextField(null=True)}
    before = {("club", "member", name): field for name, field in fields.items()}
    migration = Migration("0002_later", "club")
    migration.operations = list(operations)
    return list(reasons(migration, before))


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
def test_what_breaks_the_version_before_is_found(operation: Operation) -> None:
    assert len(found(operation)) == 1


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
def test_what_only_adds_is_not(operation: Operation) -> None:
    assert found(operation) == []


def test_a_table_made_in_the_same_step_is_nobodys_yet() -> None:
    letter = migrations.CreateModel("Letter", [("id", models.BigAutoField(primary_key=True))])
    assert found(letter, migrations.AddField("letter", "text", models.TextField())) == []
