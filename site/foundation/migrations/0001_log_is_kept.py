"""The log of deeds is only added to: the database itself refuses to change or delete a row. A kind of thing that is no
longer known may be forgotten, which is what Django does when a model goes."""

from django.db import migrations

LOGS = {"wagtailcore_modellogentry": "object_id", "wagtailcore_pagelogentry": "page_id"}

POSTGRESQL = """
CREATE FUNCTION log_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.content_type_id IS NULL
        AND to_jsonb(NEW) - 'content_type_id' = to_jsonb(OLD) - 'content_type_id' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The log of deeds is only added to.';
END $$;
"""
POSTGRESQL_TRIGGER = """
CREATE TRIGGER log_is_kept BEFORE UPDATE OR DELETE ON {log} FOR EACH ROW EXECUTE FUNCTION log_is_kept();
"""
SQLITE_TRIGGERS = (
    """
CREATE TRIGGER {log}_is_not_changed BEFORE UPDATE OF
    id, label, action, data, timestamp, uuid, user_id, revision_id, content_changed, deleted, {subject} ON {log}
BEGIN SELECT RAISE(ABORT, 'The log of deeds is only added to.'); END;
""",
    """
CREATE TRIGGER {log}_is_not_deleted BEFORE DELETE ON {log}
BEGIN SELECT RAISE(ABORT, 'The log of deeds is only added to.'); END;
""",
)


def hold(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute(POSTGRESQL)
    for log, subject in LOGS.items():
        if editor.connection.vendor == "postgresql":
            editor.execute(POSTGRESQL_TRIGGER.format(log=log))
        else:
            for trigger in SQLITE_TRIGGERS:
                editor.execute(trigger.format(log=log, subject=subject))


def let_go(apps, editor):
    for log in LOGS:
        if editor.connection.vendor == "postgresql":
            editor.execute(f"DROP TRIGGER log_is_kept ON {log}")
        else:
            editor.execute(f"DROP TRIGGER {log}_is_not_changed")
            editor.execute(f"DROP TRIGGER {log}_is_not_deleted")
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP FUNCTION log_is_kept()")


class Migration(migrations.Migration):
    initial = True
    dependencies = [("wagtailcore", "0098_apitoken")]
    operations = [migrations.RunPython(hold, let_go)]
