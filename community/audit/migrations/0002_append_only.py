"""Triggers: the database refuses to change, delete or truncate entries of the audit log.

One change is let through: Django empties `content_type_id` when the model of an entry is removed. SQLite has no
TRUNCATE.
"""

from django.db import migrations

TABLES = {"wagtailcore_modellogentry": "object_id", "wagtailcore_pagelogentry": "page_id"}

POSTGRESQL = (
    """
CREATE FUNCTION audit_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.content_type_id IS NULL
        AND to_jsonb(NEW) - 'content_type_id' = to_jsonb(OLD) - 'content_type_id' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The audit log is append-only.';
END $$;
""",
    """
CREATE FUNCTION audit_log_is_not_truncated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The audit log is append-only.';
END $$;
""",
)
POSTGRESQL_TRIGGERS = (
    """
CREATE TRIGGER audit_log_is_append_only BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION audit_log_is_append_only();
""",
    """
CREATE TRIGGER audit_log_is_not_truncated BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION audit_log_is_not_truncated();
""",
)
SQLITE_TRIGGERS = (
    """
CREATE TRIGGER {table}_is_not_changed BEFORE UPDATE OF
    id, label, action, data, timestamp, uuid, user_id, revision_id, content_changed, deleted, {object_id} ON {table}
BEGIN SELECT RAISE(ABORT, 'The audit log is append-only.'); END;
""",
    """
CREATE TRIGGER {table}_is_not_deleted BEFORE DELETE ON {table}
BEGIN SELECT RAISE(ABORT, 'The audit log is append-only.'); END;
""",
)


def create_triggers(apps, schema_editor):
    on_postgresql = schema_editor.connection.vendor == "postgresql"
    for function in POSTGRESQL if on_postgresql else ():
        schema_editor.execute(function)
    for table, object_id in TABLES.items():
        for trigger in POSTGRESQL_TRIGGERS if on_postgresql else SQLITE_TRIGGERS:
            schema_editor.execute(trigger.format(table=table, object_id=object_id))


def drop_triggers(apps, schema_editor):
    on_postgresql = schema_editor.connection.vendor == "postgresql"
    for table in TABLES:
        if on_postgresql:
            schema_editor.execute(f"DROP TRIGGER audit_log_is_append_only ON {table}")
            schema_editor.execute(f"DROP TRIGGER audit_log_is_not_truncated ON {table}")
        else:
            schema_editor.execute(f"DROP TRIGGER {table}_is_not_changed")
            schema_editor.execute(f"DROP TRIGGER {table}_is_not_deleted")
    if on_postgresql:
        schema_editor.execute("DROP FUNCTION audit_log_is_append_only()")
        schema_editor.execute("DROP FUNCTION audit_log_is_not_truncated()")


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("wagtailcore", "0098_apitoken")]
    operations = [migrations.RunPython(create_triggers, drop_triggers)]
