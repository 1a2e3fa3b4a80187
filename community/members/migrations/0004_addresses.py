"""Addresses have one spelling; one that another account has already taken in that spelling stays as it is."""

from typing import Any

from django.db import migrations

from foundation.mail_addresses import fold_address


def fold_addresses(apps: Any, schema_editor: Any) -> None:
    for app, model in (("members", "Member"), ("account", "EmailAddress")):
        rows = apps.get_model(app, model)._default_manager
        for row in rows.only("email").order_by("pk").iterator(2000):
            folded = fold_address(row.email)
            if folded != row.email and not rows.filter(email__iexact=folded).exclude(pk=row.pk).exists():
                rows.filter(pk=row.pk).update(email=folded)


class Migration(migrations.Migration):
    dependencies = [("members", "0003_sessions_ended"), ("account", "0001_initial")]
    operations = [migrations.RunPython(fold_addresses, migrations.RunPython.noop)]
