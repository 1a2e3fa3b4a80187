"""Names are also compared by how they look: the stored keys of those that looked different until now."""

from typing import Any

from django.db import migrations

from community.organisations.names import name_key


def renew_keys(apps: Any, schema_editor: Any) -> None:
    for model in ("Organisation", "Alias"):
        rows = apps.get_model("organisations", model)._default_manager
        for row in rows.only("name", "key").order_by("pk").iterator(2000):
            if row.key != (key := name_key(row.name)):
                twins = rows.filter(key=key, organisation=row.organisation_id) if model == "Alias" else rows.none()
                if not twins.exists():
                    rows.filter(pk=row.pk).update(key=key)


class Migration(migrations.Migration):
    dependencies = [("organisations", "0002_order")]
    operations = [migrations.RunPython(renew_keys, migrations.RunPython.noop)]
