"""Moves the statements of organisations, and what projects offer and seek, to the table of statements.

The old table and columns stay as they are: the release before reads them during the upgrade. They go in the next.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Q

from community.statements.splitting import sentences_in

CHUNK = 500
COLUMNS = {"areas": "area_id", "technologies": "technology_id"}


def move(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if apps.get_model("statements", "Statement").objects.exists():
        return
    for texts in (of_organisations(apps), of_projects(apps)):
        while chunk := list(islice(texts, CHUNK)):
            store(apps, chunk)


def of_organisations(apps: Apps) -> Iterator[dict[str, Any]]:
    earlier = apps.get_model("organisations", "Statement")
    areas, technologies = terms_of(earlier, "areas"), terms_of(earlier, "technologies")
    rows = earlier.objects.order_by("pk")
    for row in rows.select_related("organisation__subject").iterator(CHUNK):
        yield {
            "within": row.organisation.subject,
            "areas": areas[row.pk],
            "technologies": technologies[row.pk],
            "statement": {
                "organisation_id": row.organisation_id,
                "kind": row.kind,
                "text": row.text,
                "text_en": row.text_en,
                "created_at": row.created_at,
            },
        }


def terms_of(earlier: Any, field: str) -> defaultdict[int, list[int]]:
    """The ids of the terms in the field, by the id of the statement."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    through = getattr(earlier, field).through
    for statement, term in through.objects.values_list("statement", COLUMNS[field]):
        found[statement].append(term)
    return found


def of_projects(apps: Apps) -> Iterator[dict[str, Any]]:
    rows = apps.get_model("projects", "Project").objects.exclude(Q(offers="") & Q(seeks=""))
    for row in rows.select_related("subject").order_by("pk").iterator(CHUNK):
        field = "text" if row.language == "sv" else "text_en"
        for kind in ("offers", "seeks"):
            for text in sentences_in(getattr(row, kind)):
                yield {
                    "within": row.subject,
                    "areas": [],
                    "technologies": [],
                    "statement": {
                        "organisation_id": row.organisation_id,
                        "about_id": row.subject_id,
                        "kind": kind,
                        field: text,
                        "contact_id": row.contact_id,
                        "author_id": row.author_id,
                        "is_reference": row.is_reference,
                        "created_at": row.first_published_at or row.created_at,
                    },
                }


def store(apps: Apps, texts: list[dict[str, Any]]) -> None:
    """Insert the statements. Each is seen by those who see what it belongs to."""
    Subject, Statement = apps.get_model("subjects", "Subject"), apps.get_model("statements", "Statement")
    subjects = Subject.objects.bulk_create(
        Subject(
            kind="statement",
            owner_id=each["statement"]["organisation_id"],
            visibility="public",
            is_out=True,
            audience=each["within"].audience,
        )
        for each in texts
    )
    apps.get_model("discussions", "Thread").objects.bulk_create(
        apps.get_model("discussions", "Thread")(subject=subject) for subject in subjects
    )
    rows = Statement.objects.bulk_create(
        Statement(subject=subject, **each["statement"])
        for subject, each in zip(subjects, texts, strict=True)
    )
    for field, column in COLUMNS.items():
        through = getattr(Statement, field).through
        through.objects.bulk_create(
            through(statement_id=row.pk, **{column: pk})
            for row, each in zip(rows, texts, strict=True)
            for pk in each[field]
        )


class Migration(migrations.Migration):
    dependencies = [
        ("statements", "0001_initial"),
        ("organisations", "0003_statement_replaced"),
        ("projects", "0001_initial"),
        ("discussions", "0003_initial"),
        ("subjects", "0001_initial"),
    ]

    operations = [migrations.RunPython(move, migrations.RunPython.noop)]
