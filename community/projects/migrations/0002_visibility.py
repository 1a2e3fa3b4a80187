from django.db import migrations, models


def read_from_audiences(apps, schema_editor):
    """A published project is shown as it was; of one taken down, the audit log has what was last chosen."""
    Project = apps.get_model("projects", "Project")
    Entry = apps.get_model("wagtailcore", "ModelLogEntry")
    narrowed = Project.objects.filter(live=True).exclude(audience__meets=["public"])
    for project in narrowed.iterator():
        project.visibility = "members" if "members" in project.audience else "organisation"
        project.save(update_fields=["visibility"])
    for entry in Entry.objects.filter(action="projects.show_to").order_by("timestamp", "pk").iterator():
        to = entry.data.get("to")
        if to in ("public", "members", "organisation"):
            Project.objects.filter(pk=entry.object_id, live=False).update(visibility=to)


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0001_initial"),
        ("wagtailcore", "0098_apitoken"),
    ]

    operations = [
        migrations.AddField(
            model_name="project",
            name="visibility",
            field=models.CharField(
                choices=[
                    ("public", "Everyone"),
                    ("members", "Members who have signed in"),
                    ("organisation", "Only those who represent the organisation"),
                ],
                db_default="public",
                default="public",
                editable=False,
                max_length=12,
                verbose_name="who may see it",
            ),
        ),
        migrations.RunPython(read_from_audiences, migrations.RunPython.noop),
    ]
