"""Nor can the log of deeds be emptied in one stroke, which no row's own trigger sees. SQLite knows no TRUNCATE."""

from django.db import migrations

LOGS = ("wagtailcore_modellogentry", "wagtailcore_pagelogentry")

FUNCTION = """
CREATE FUNCTION log_is_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The log of deeds is only added to.';
END $$;
"""
TRIGGER = """
CREATE TRIGGER log_is_not_emptied BEFORE TRUNCATE ON {log}
FOR EACH STATEMENT EXECUTE FUNCTION log_is_not_emptied();
"""


def hold(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute(FUNCTION)
        for log in LOGS:
            editor.execute(TRIGGER.format(log=log))


def let_go(apps, editor):
    if editor.connection.vendor == "postgresql":
        for log in LOGS:
            editor.execute(f"DROP TRIGGER log_is_not_emptied ON {log}")
        editor.execute("DROP FUNCTION log_is_not_emptied()")


class Migration(migrations.Migration):
    dependencies = [("foundation", "0001_log_is_kept")]
    operations = [migrations.RunPython(hold, let_go)]
