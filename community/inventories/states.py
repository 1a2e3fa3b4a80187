"""The state of imported records as JSON, before an import changes them, and how it is restored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from community.inventories.models import ImportedRecord
from community.inventories.project_rows import (
    PLAIN,
    RECORD,
    STATED,
    add_statements,
    add_terms,
    clear,
    imported_participation,
    imported_participations,
    imported_statement,
    imported_statements,
    in_language,
    save,
)
from community.inventories.published import TERMS
from community.organisations.models import Organisation
from community.participation.models import Participation
from community.projects.models import Project, TaggedProject
from community.projects.signals import ProjectsChanged, projects_changed
from community.projects.topics import invalidate_references
from community.statements.splitting import sentences_in
from core.signals import send_state
from knowledge.models import Tag


def states(records: Sequence[ImportedRecord]) -> dict[ImportedRecord, dict[str, Any]]:
    """Return, as JSON, all fields of each record and its project that an import writes. A fixed number of queries."""
    ids = [record.project_id for record in records]
    related: dict[str, dict[int, list[Any]]] = {
        name: defaultdict(list) for name in (*TERMS, "tags", "participations", "statements")
    }
    for name in TERMS:
        through = getattr(Project, name).through
        column = f"{getattr(Project, name).rel.model._meta.model_name}_id"
        for project, term in through.objects.filter(project__in=ids).values_list("project_id", column):
            related[name][project].append(term)
    for project, tag in TaggedProject.objects.filter(content_object__in=ids).values_list(
        "content_object_id", "tag_id"
    ):
        related["tags"][project].append(tag)
    columns = ("organisation_id", "role", "since", "stage")
    projects = [record.project for record in records]
    for row in imported_participations(projects).values("subject__project", *columns):
        since = row["since"].isoformat() if row["since"] else None
        related["participations"][row["subject__project"]].append(
            [row["organisation_id"], row["role"], since, row["stage"]]
        )
    stated = imported_statements(projects).order_by("pk")
    for project, *texts in stated.values_list("about__project", "kind", "text", "text_en"):
        related["statements"][project].append(texts)
    return {
        record: {
            "record": {name: getattr(record, name) for name in RECORD},
            "project": {
                name: getattr(record.project, name) for name in (*PLAIN, "organisation_id", "place_id")
            },
            "published": [
                moment and moment.isoformat()
                for moment in (record.project.first_published_at, record.project.last_published_at)
            ],
            **{name: rows[record.project_id] for name, rows in related.items()},
        }
        for record in records
    }


def restore(kept: dict[ImportedRecord, dict[str, Any]]) -> None:
    """Restore records and projects to a result of `states`, without organisations and tags that no longer exist."""
    records = list(kept)
    named = {pk for state in kept.values() for pk, *_rest in state["participations"]}
    named |= {state["project"]["organisation_id"] for state in kept.values()}
    organisations = set(Organisation.objects.filter(pk__in=named).values_list("pk", flat=True))
    tags = {tag for state in kept.values() for tag in state["tags"]}
    tags &= set(Tag.objects.filter(pk__in=tags).values_list("pk", flat=True))
    projects = [record.project for record in records]
    for record, state in kept.items():
        for name, value in state["record"].items():
            setattr(record, name, value)
        project = record.project
        for name, value in state["project"].items():
            if name not in STATED and (name != "organisation_id" or value in organisations):
                setattr(project, name, value)
        project.first_published_at, project.last_published_at = (
            moment and datetime.fromisoformat(moment) for moment in state["published"]
        )
    clear(projects)
    save(projects, records)
    for name in TERMS:
        add_terms(name, [(record.project_id, term) for record, state in kept.items() for term in state[name]])
    TaggedProject.objects.bulk_create(
        [
            TaggedProject(content_object_id=record.project_id, tag_id=tag)
            for record, state in kept.items()
            for tag in state["tags"]
            if tag in tags
        ]
    )
    Participation.objects.bulk_create(
        [
            imported_participation(record.project.subject_id, *imported)
            for record, state in kept.items()
            for imported in state["participations"]
            if imported[0] in organisations
        ],
        ignore_conflicts=True,
    )
    add_statements(
        [
            imported_statement(record.project, kind, text, text_en)
            for record, state in kept.items()
            for kind, text, text_en in statements_in(state)
        ]
    )
    invalidate_references(projects, named)
    send_state(projects_changed, ProjectsChanged(tuple(project.pk for project in projects)))


def statements_in(state: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The kind, Swedish text and English text of each statement. An earlier release stored them as two
    texts of the project."""
    if "statements" in state:
        return [(kind, text, text_en) for kind, text, text_en in state["statements"]]
    project = state["project"]
    return [
        (kind, *in_language(text, project["language"]))
        for kind in STATED
        for text in sentences_in(project.get(kind, ""))
    ]
