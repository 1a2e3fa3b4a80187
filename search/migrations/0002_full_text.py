"""The full-text table, one row for each text of an entry in a language: FTS5 on SQLite, tsvectors on PostgreSQL."""

from django.db import migrations

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
    dependencies = [("search", "0001_initial")]
    operations = [migrations.RunPython(create_words, drop_words)]
