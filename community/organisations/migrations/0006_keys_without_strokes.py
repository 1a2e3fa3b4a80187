"""Names are also compared without strokes (ø, đ, ł): the stored keys of those that have some."""

from importlib import import_module

from django.db import migrations

renew_keys = import_module("community.organisations.migrations.0003_name_keys").renew_keys


class Migration(migrations.Migration):
    dependencies = [("organisations", "0005_planned_organisation")]
    operations = [migrations.RunPython(renew_keys, migrations.RunPython.noop)]
