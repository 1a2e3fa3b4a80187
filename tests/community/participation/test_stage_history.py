"""Every change of a stage is recorded, and the stage track shows the date of each stage reached."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.utils import timezone

from community.organisations.merging import merge_organisations
from community.participation.models import StageChange
from community.participation.services import record_stage
from community.projects import services
from community.projects.cards import Card
from community.projects.models import Project
from subjects.models import Subject
from tests.factories import (
    MemberFactory,
    OrganisationFactory,
    ParticipationFactory,
    ProjectFactory,
    ReferenceFactory,
    UseCaseFactory,
    translated,
)
from tests.factories.projects import speaker_for

pytestmark = pytest.mark.django_db


def history(subject: Subject) -> list[tuple[str, date | None]]:
    return list(StageChange.objects.of_subject_itself(subject.pk).values_list("stage", "date"))


def edited(project: Project, stage: str, **card: Any) -> None:
    said = {"title": project.title, "stage": stage, **card}
    publish = said.pop("publish", True)
    services.edit_project(actor=project.author, project=project, card=Card(**said), publish=publish)


@pytest.fixture
def today() -> date:
    return timezone.localdate()


# Projects


def test_publishing_a_project_records_its_stage_and_who_published_it(today: date) -> None:
    project = ProjectFactory(stage="idea")
    edited(project, "pilot")
    assert history(project.subject) == [("idea", today), ("pilot", today)]
    assert {change.by for change in StageChange.objects.filter(subject=project.subject)} == {project.author}


def test_publishing_the_same_stage_again_records_nothing(today: date) -> None:
    project = ProjectFactory(stage="idea")
    edited(project, "idea", benefit="Another benefit")
    assert history(project.subject) == [("idea", today)]


def test_a_draft_has_no_history_before_it_is_published(today: date) -> None:
    draft = ProjectFactory(stage="idea", publish=False)
    assert history(draft.subject) == []
    public = ProjectFactory(stage="idea")
    edited(public, "pilot", publish=False)
    assert history(public.subject) == [("idea", today)]


def test_a_stop_is_recorded_with_its_reason() -> None:
    project = ProjectFactory(stage="pilot")
    edited(project, "paused", stop_reason="The supplier left.")
    assert StageChange.objects.filter(subject=project.subject).last().note == "The supplier left."


def test_a_project_that_is_deleted_takes_its_history_along() -> None:
    project = ProjectFactory()
    services.withdraw_project(actor=project.author, project=project)
    services.delete_draft(actor=project.author, project=project)
    assert not StageChange.objects.exists()


# Use cases


def test_publishing_a_use_case_records_its_stage_once_for_all_languages(today: date) -> None:
    page = UseCaseFactory(stage="pilot")
    other = translated(page, title="In English")
    other.stage = "idea"
    other.save_revision().publish()
    assert history(page.work.subject) == [("pilot", today)]
    page.refresh_from_db()
    page.stage = "in_use"
    page.save_revision().publish()
    assert history(page.work.subject) == [("pilot", today), ("in_use", today)]


# Participations


def test_an_adopters_stages_are_its_own(today: date) -> None:
    row = ParticipationFactory(project=ProjectFactory(), stage="planned")
    speaker = speaker_for(row.organisation)
    services.update_participation(actor=speaker, participation=row, stage="paused", note="No money")
    changes = StageChange.objects.filter(subject=row.subject, organisation=row.organisation)
    assert [(one.stage, one.date, one.note, one.by) for one in changes] == [
        ("planned", today, "", None),
        ("paused", today, "No money", speaker),
    ]
    assert [stage for stage, _day in history(row.subject)] == ["pilot"]


def test_an_end_of_a_participation_takes_its_history_along() -> None:
    row = ParticipationFactory(project=ProjectFactory())
    services.withdraw_participation(actor=speaker_for(row.organisation), participation=row)
    assert not StageChange.objects.exclude(organisation=None).exists()


def test_a_record_of_an_inventory_has_no_history() -> None:
    reference = ReferenceFactory()
    ParticipationFactory(project=reference, is_reference=True)
    assert not StageChange.objects.exists()


def test_merged_organisations_keep_the_history() -> None:
    keep, row = OrganisationFactory(), ParticipationFactory(project=ProjectFactory())
    staff = MemberFactory(is_staff=True, is_superuser=True)
    merge_organisations(keep=keep, absorb=row.organisation, actor=staff)
    assert StageChange.objects.filter(organisation=keep, stage=row.stage).exists()


# Stages from before changes were recorded


@pytest.fixture
def unrecorded() -> Project:
    project = ProjectFactory(stage="pilot")
    StageChange.objects.all().delete()
    return project


def test_the_stage_of_before_is_recorded_without_a_date(unrecorded: Project, today: date) -> None:
    edited(unrecorded, "pilot")
    assert history(unrecorded.subject) == [("pilot", None)]
    edited(unrecorded, "in_use")
    assert history(unrecorded.subject) == [("pilot", None), ("in_use", today)]


def test_the_migration_records_present_stages_without_dates_and_only_once(unrecorded: Project) -> None:
    page, reference = UseCaseFactory(stage="scaled"), ReferenceFactory()
    row = ParticipationFactory(project=unrecorded, stage="planned")
    StageChange.objects.all().delete()
    migration = import_module("community.participation.migrations.0003_present_stages")
    for _ in range(2):
        migration.record_present_stages(apps, connection.schema_editor())
    assert history(unrecorded.subject) == [("pilot", None)]
    assert history(page.work.subject) == [("scaled", None)]
    assert history(reference.subject) == []
    assert list(StageChange.objects.filter(organisation=row.organisation).values_list("stage", "date")) == [
        ("planned", None)
    ]


# The stage track


def reached(project: Project, **days: str) -> None:
    StageChange.objects.filter(subject=project.subject).delete()
    for stage, day in days.items():
        record_stage(subject_id=project.subject_id, stage=stage, is_new=True)
        StageChange.objects.filter(subject=project.subject, stage=stage).update(date=day)


def test_the_stage_track_shows_the_date_of_each_stage_reached(client: Client) -> None:
    project = ProjectFactory(stage="in_use")
    reached(project, idea="2023-02-01", pilot="2024-05-10", scaled="2024-08-01", in_use="2025-03-01")
    page = client.get(project.get_absolute_url()).text
    for day in ("2023-02-01", "2024-05-10", "2025-03-01"):
        assert f'<time datetime="{day}">' in page
    assert "2024-08-01" not in page, "a stage that it has gone back from"


def test_one_that_stopped_says_why_since_when_what_it_cost_and_what_to_check_first(client: Client) -> None:
    project = ProjectFactory(
        stage="retired",
        stop_reason="Fewer than ten calls a week.",
        story={"cost": "**200 000** kronor.", "went_wrong": "Nobody asked the switchboard."},
    )
    reached(project, pilot="2024-05-10", retired="2025-03-01")
    page = client.get(project.get_absolute_url()).text
    track = page[page.index("stage-stopped") : page.index("freshness")]
    for words in (
        "Fewer than ten calls a week.",
        "sedan mars 2025",
        "200 000 kronor.",
        "Nobody asked the switchboard.",
        "2024-05-10",
    ):
        assert words in track


def test_a_stage_without_a_known_date_shows_none(client: Client, unrecorded: Project) -> None:
    page = client.get(unrecorded.get_absolute_url()).text
    track = page[page.index("stage-track") :]
    assert "<time" not in track[: track.index("</ol>")]
