"""The rows of imported projects: inserts, changes and deletes those that an import owns, in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models
from django.utils import timezone

from community.inventories.fields import FACTS
from community.inventories.models import ImportedRecord
from community.inventories.published import TERMS
from community.participation.models import Participation, Result
from community.projects.models import Project, TaggedProject
from community.statements import topics
from community.statements.models import Statement
from community.statements.signals import StatementsChanged, statements_changed
from core.signals import send_state
from knowledge.models import Story
from subjects.services import create_subjects, derive_audiences

TEXTS = ("benefit", "stop_reason", "description", *Story.STORY_FIELDS)
STATED = ("offers", "seeks")
PLAIN = ("title", "stage", "language", *TEXTS, *FACTS)
RECORD = ("record_id", "owner", "digest", "licence", "attribution", "contact", "url")


def imported_participation(
    subject_id: int, organisation_id: int, role: str, since: str | None, stage: str
) -> Participation:
    return Participation(
        subject_id=subject_id,
        organisation_id=organisation_id,
        role=role,
        since=since,
        stage=stage,
        is_reference=True,
    )


def in_language(text: str, language: str) -> tuple[str, str]:
    """The Swedish and the English text of a statement that is written in the language."""
    return (text, "") if language == "sv" else ("", text)


def imported_statement(project: Project, kind: str, text: str, text_en: str) -> Statement:
    return Statement(
        about=project.subject,
        organisation=project.organisation,
        kind=kind,
        text=text,
        text_en=text_en,
        is_reference=True,
    )


def add_statements(statements: Sequence[Statement]) -> None:
    """Insert statements with their subjects."""
    create_subjects(statements)
    created = Statement.objects.bulk_create(statements)
    topics.invalidate(created)
    if created:
        send_state(statements_changed, StatementsChanged(tuple(one.pk for one in created)))


def imported_statements(projects: Sequence[Project]) -> models.QuerySet[Statement]:
    subjects = [project.subject_id for project in projects]
    return Statement.objects.filter(about__in=subjects, is_reference=True)


def imported_participations(projects: Sequence[Project]) -> models.QuerySet:
    return Participation.objects.filter(subject__project__in=projects, is_reference=True)


def add_terms(name: str, pairs: Iterable[tuple[int, int]]) -> None:
    """Insert (project id, term id) pairs of one of TERMS."""
    through: Any = getattr(Project, name).through
    column = f"{getattr(Project, name).rel.model._meta.model_name}_id"
    through.objects.bulk_create([through(project_id=project, **{column: term}) for project, term in pairs])


def clear(projects: Sequence[Project]) -> None:
    """Delete terms, tags, and imported participations and statements. Those that members added stay."""
    for name in TERMS:
        raw_delete(getattr(Project, name).through.objects.filter(project__in=projects))
    raw_delete(TaggedProject.objects.filter(content_object__in=projects))
    imported = imported_participations(projects)
    raw_delete(Result.objects.filter(participation__in=imported))
    raw_delete(imported)
    imported_statements(projects).delete()


def save(projects: Sequence[Project], records: Sequence[ImportedRecord]) -> None:
    for project in projects:
        project.updated_at = timezone.now()
    columns = (*PLAIN, "organisation", "place", "first_published_at", "last_published_at", "updated_at")
    Project.objects.bulk_update(projects, columns, batch_size=50)
    derive_audiences(projects)
    ImportedRecord.objects.bulk_update(records, RECORD, batch_size=100)


def raw_delete(rows: models.QuerySet) -> None:
    """Delete rows without a signal for each. The state signal for the projects is sent once."""
    rows._raw_delete(rows.db)
