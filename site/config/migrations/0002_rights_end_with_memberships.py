from django.db import migrations


def take_what_outlived(apps, schema_editor):
    """A draft of an organisation is seen by the organisation; one written while waiting, by its author only while a
    membership lasts. The same of use cases on their way. Threads and notices follow."""
    Membership = apps.get_model("organisations", "Membership")
    memberships = set(Membership.objects.values_list("member_id", "organisation_id"))
    Project = apps.get_model("projects", "Project")
    for project in Project.objects.filter(live=False, author__isnull=False).iterator():
        author, own = f"member:{project.author_id}", f"org:{project.organisation_id}"
        belongs = (project.author_id, project.organisation_id) in memberships
        if author in project.audience and (own in project.audience or not belongs):
            keep(apps, "project", project, project.audience - {author})
    owners = {}
    owning = apps.get_model("projects", "Participation").objects.filter(role="owner", work__isnull=False)
    for work_id, organisation_id in owning.values_list("work_id", "organisation_id"):
        owners.setdefault(work_id, set()).add(organisation_id)
    for work in apps.get_model("knowledge", "Work").objects.filter(pk__in=owners).iterator():
        left = {
            token
            for token in work.audience
            if token.startswith("member:")
            and not any((int(token[7:]), organisation) in memberships for organisation in owners[work.pk])
        }
        if left:
            keep(apps, "work", work, work.audience - left)


def keep(apps, kind, subject, audience):
    subject.audience = audience
    subject.save(update_fields=["audience"])
    for model in (apps.get_model("discussions", "Thread"), apps.get_model("notifications", "Subject")):
        about = {"subject_kind": kind} if model.__name__ == "Thread" else {"kind": kind}
        model.objects.filter(subject_id=subject.pk, **about).update(audience=audience)


class Migration(migrations.Migration):
    dependencies = [
        ("config", "0001_initial"),
        ("discussions", "0002_initial"),
        ("knowledge", "0005_policy_help"),
        ("notifications", "0001_initial"),
        ("organisations", "0001_initial"),
        ("projects", "0002_visibility"),
    ]

    operations = [migrations.RunPython(take_what_outlived, migrations.RunPython.noop)]
