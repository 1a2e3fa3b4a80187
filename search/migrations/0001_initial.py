import django.db.models.deletion
from django.db import migrations, models

import foundation.audience

SQLITE = (
    "CREATE VIRTUAL TABLE search_words USING fts5(title, summary, keywords, offers, seeks, body, "
    "tokenize = \"ascii tokenchars '_'\")",
    "CREATE VIRTUAL TABLE search_vocabulary USING fts5vocab('search_words', 'row')",
)
POSTGRESQL = (
    "CREATE TABLE search_words (number bigint PRIMARY KEY, "
    "words tsvector NOT NULL, offers tsvector NOT NULL, seeks tsvector NOT NULL)",
    "CREATE INDEX search_words_words ON search_words USING gin (words)",
    "CREATE INDEX search_words_offers ON search_words USING gin (offers)",
    "CREATE INDEX search_words_seeks ON search_words USING gin (seeks)",
)


def create_words(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for statement in POSTGRESQL if vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def drop_words(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        schema_editor.execute("DROP TABLE search_vocabulary")
    schema_editor.execute("DROP TABLE search_words")


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                ("object_id", models.BigIntegerField()),
                ("record_id", models.CharField(blank=True, db_index=True, max_length=120)),
                ("organisation_id", models.BigIntegerField(null=True)),
                ("audience", foundation.audience.AudienceField()),
                ("updated", models.DateTimeField(db_index=True, null=True)),
                ("record", models.JSONField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "object_id"), name="search_entry_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="EntryFacet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("field", models.CharField(max_length=20)),
                ("code", models.CharField(max_length=60)),
                (
                    "entry",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="facets",
                        to="search.entry",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["field", "code", "entry"], name="search_facet_code")],
                "constraints": [
                    models.UniqueConstraint(fields=("entry", "field", "code"), name="search_facet_once")
                ],
            },
        ),
        migrations.RunPython(create_words, drop_words),
    ]
