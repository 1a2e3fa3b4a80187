from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("foundation", "0002_log_is_not_emptied"),
        ("wagtailcore", "0098_apitoken"),
    ]

    operations = [
        migrations.CreateModel(
            name="LogEntry",
            fields=[],
            options={"proxy": True, "default_permissions": (), "indexes": [], "constraints": []},
            bases=("wagtailcore.modellogentry",),
        ),
    ]
