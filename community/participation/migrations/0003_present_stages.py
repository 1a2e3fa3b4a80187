"""Records the present stage of what exists, without a date: when it was reached is not known.

Records of published inventories have no history.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import migrations


def record_present_stages(apps: Any, schema_editor: Any) -> None:
    """May run twice: what has a record already keeps it."""
    change = apps.get_model("participation", "StageChange")
    recorded = set(change.objects.values_list("subject_id", "organisation_id"))
    rows = {
        (subject, organisation): stage
        for subject, organisation, stage in present_stages(apps)
        if (subject, organisation) not in recorded
    }
    change.objects.bulk_create(
        [
            change(subject_id=subject, organisation_id=organisation, stage=stage)
            for (subject, organisation), stage in rows.items()
        ],
        batch_size=500,
    )


def present_stages(apps: Any) -> Iterator[tuple[int, int | None, str]]:
    """Yield (subject, organisation, stage). A later row of the same pair counts: of a page in several languages, the
    one that was written first comes last."""
    projects = apps.get_model("projects", "Project").objects.filter(live=True, is_reference=False)
    for subject, stage in projects.values_list("subject_id", "stage"):
        yield subject, None, stage
    pages = apps.get_model("knowledge", "UseCasePage").objects.filter(live=True, work__isnull=False)
    for subject, stage in pages.order_by("-pk").values_list("work__subject_id", "stage"):
        yield subject, None, stage
    taking_part = apps.get_model("participation", "Participation").objects.filter(is_reference=False)
    others = taking_part.exclude(role="owner").exclude(stage="").order_by("pk")
    yield from others.values_list("subject_id", "organisation_id", "stage")


class Migration(migrations.Migration):
    dependencies = [
        ("knowledge", "0003_initial"),
        ("participation", "0002_results"),
        ("projects", "0001_initial"),
    ]
    operations = [migrations.RunPython(record_present_stages, migrations.RunPython.noop)]
