"""The index follows the subjects: indexable ones are found and others are not, after any kind of change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django_tasks_db.models import DBTaskResult
from pytest_django import DjangoCaptureOnCommitCallbacks

from community.organisations.models import Organisation
from community.projects.models import Project
from community.statements.models import Statement
from core.audience import MEMBERS, PUBLIC
from knowledge.models import Area, Technology, Work
from operations.worker import run_one
from search.database.backend import DatabaseBackend
from search.indexing import rebuild, reconcile
from search.requests import SearchRequest
from search.sources import Searched, dependants, source_named, sources
from tests.factories import (
    ArticleFactory,
    GuideFactory,
    OrganisationFactory,
    ParticipationFactory,
    ProjectFactory,
    ReferenceFactory,
    StatementFactory,
    UseCaseFactory,
    translated,
)
from tests.support.tasks import run_due_tasks

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


def found(text: str, viewer: frozenset[str] = frozenset({PUBLIC})) -> set[str]:
    page = DatabaseBackend().search(SearchRequest(text=text, viewer=viewer, size=50))
    return {hit.text.title for hit in page.hits}


def test_a_posted_project_is_found_and_follows_every_change(
    embedded: DatabaseBackend, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        project = ProjectFactory(title="Räkna isbjörnar")
    assert found("isbjörnar") == set(), "indexing belongs in the background"
    run_due_tasks()
    assert found("isbjörnar") == {"Räkna isbjörnar"}

    with django_capture_on_commit_callbacks(execute=True):
        Project.objects.get(pk=project.pk).unpublish()
    run_due_tasks()
    assert found("isbjörnar") == set(), "an unpublished project was found"


def test_a_project_that_changes_again_before_its_task_runs_is_indexed_once(embedded: DatabaseBackend) -> None:
    project, other = (ReferenceFactory(title=title) for title in ("Räkna isbjörnar", "Räkna valrossar"))
    project.title = "Väga isbjörnar"
    project.save()
    of_projects = DBTaskResult.objects.ready().filter(args_kwargs__kwargs__source="project")
    DBTaskResult.objects.exclude(pk__in=of_projects.values("pk")).delete()
    asked = [task.args_kwargs["kwargs"]["ids"] for task in of_projects.all()]
    assert asked.count([project.pk]) > 1
    run_one(["index"])
    left = [task.args_kwargs["kwargs"]["ids"] for task in of_projects.all()]
    assert left == [ids for ids in asked if ids == [other.pk]], "what others wait for stays"
    assert found("isbjörnar") == {"Väga isbjörnar"}
    project.title = "Vaka över isbjörnar"
    project.save()
    run_due_tasks()
    assert found("isbjörnar") == {"Vaka över isbjörnar"}


def test_a_draft_a_members_only_project_and_a_deleted_project_are_not_found(
    embedded: DatabaseBackend, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        ProjectFactory(title="Räkna isbjörnar i utkast", publish=False)
        closed = ReferenceFactory(title="Räkna isbjörnar för oss", audience=frozenset({MEMBERS}))
        gone = ReferenceFactory(title="Räkna isbjörnar igen")
        gone.delete()
    run_due_tasks()
    assert found("isbjörnar") == set()
    assert found("isbjörnar", frozenset({MEMBERS})) == {closed.title}


def test_the_live_languages_of_a_page_are_one_record(
    embedded: DatabaseBackend, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        page = UseCaseFactory(title="Räkna isbjörnar", problem="De *flyttar* sig.")
        other = translated(page, title="Counting polar bears")
        ArticleFactory(title="Isbjörnar i utkast", live=False)
        GuideFactory(title="Möta isbjörnar", chapters=[("Backa", "<p>Ha alltid <b>nödraket</b> med.</p>")])
    run_due_tasks()
    assert found("isbjörnar") == {"Räkna isbjörnar", "Möta isbjörnar"}
    assert found("polar bears") == {"Räkna isbjörnar"}
    assert found("nödraket") == {"Möta isbjörnar"}
    assert embedded.ids("use_case") == {page.work_id}

    with django_capture_on_commit_callbacks(execute=True):
        other.unpublish()
    run_due_tasks()
    assert found("polar bears") == set(), "an unpublished translation was found"
    with django_capture_on_commit_callbacks(execute=True):
        page.unpublish()
    run_due_tasks()
    assert embedded.ids("use_case") == set()


def test_renaming_an_organisation_updates_the_records_that_name_it(
    embedded: DatabaseBackend, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    organisation = OrganisationFactory(name="Gamla namnet")
    with django_capture_on_commit_callbacks(execute=True):
        project = ReferenceFactory(title="Räkna isbjörnar", organisation=organisation)
    run_due_tasks()
    with django_capture_on_commit_callbacks(execute=True):
        organisation.name = "Nordpolens förbund"
        organisation.save()
    run_due_tasks()
    assert found("nordpolens") == {"Nordpolens förbund", "Räkna isbjörnar"}
    assert dependants("organisation", [organisation.pk])["project"] == [project.pk]


def everything() -> None:
    """Create at least one object in every state that a source can meet."""
    for audience in ({PUBLIC}, {MEMBERS}, set()):
        OrganisationFactory(audience=frozenset(audience))
        ReferenceFactory(audience=frozenset(audience))
        ReferenceFactory(audience=frozenset(audience), live=False)
    page = UseCaseFactory()
    translated(page, title="In English")
    ArticleFactory()
    GuideFactory(live=False)
    ProjectFactory()
    ProjectFactory(publish=False)
    StatementFactory()
    StatementFactory(until=date(2020, 1, 1))


MODELS = {"work": Work, "project": Project, "organisation": Organisation, "statement": Statement}
MAY_BE_INDEXED: dict[str, Callable[[Any], bool]] = {
    "work": lambda work: bool(work.audience) and any(page.live for page in work.pages.all()),
    "project": lambda project: bool(project.live and project.audience),
    "organisation": lambda organisation: bool(organisation.audience),
    "statement": lambda statement: bool(statement.audience) and statement.is_current,
}


def test_the_querysets_contain_exactly_the_indexable_objects() -> None:
    everything()
    for source in map(source_named, MODELS):
        model = MODELS[source.name]
        chosen = {one.pk for one in model._default_manager.all() if MAY_BE_INDEXED[source.name](one)}
        queried = set(source.indexable().values_list("pk", flat=True))
        assert chosen == queried, source.name
        assert model._default_manager.count() > len(queried) > 0, f"nothing of {source.name} was kept out"


@pytest.mark.parametrize("source", sources(), ids=lambda source: source.name)
def test_building_records_takes_a_constant_number_of_queries(
    source: Searched, django_assert_max_num_queries: object
) -> None:
    def some(number: int) -> list[int]:
        for _ in range(number):
            UseCaseFactory(areas=[Area.objects.get(code="09.1")], tags=["skola"])
            project = ReferenceFactory()
            project.areas.add(Area.objects.get(code="06.3"))
            project.technologies.add(Technology.objects.get(code="rag"))
            project.save()
            ParticipationFactory(project=project)
            StatementFactory()
        return list(source.indexable().values_list("pk", flat=True))

    for ids in (some(1), some(4)):
        with django_assert_max_num_queries(22):
            assert len(source.records(ids)) == len(ids)


def test_rebuilding_and_reconciling_give_the_same_correct_index(embedded: DatabaseBackend) -> None:
    everything()
    rebuild(embedded)
    whole = {source.name: set(source.indexable().values_list("pk", flat=True)) for source in sources()}
    assert embedded.ids("project") == whole["project"]
    assert embedded.count() == sum(len(ids) for ids in whole.values())
    assert (reconcile(embedded).missing, reconcile(embedded).surplus) == (0, 0)

    lost = min(whole["project"])
    embedded.delete("project", [lost])
    Project.objects.filter(pk=max(whole["project"])).update(live=False)
    repairs = reconcile(embedded)
    assert (repairs.missing, repairs.surplus) == (1, 1)
    assert embedded.ids("project") == whole["project"] - {max(whole["project"])}


def test_the_rebuild_command_prints_what_it_did(
    embedded: DatabaseBackend, capsys: pytest.CaptureFixture[str]
) -> None:
    ProjectFactory()
    call_command("search_rebuild")
    assert capsys.readouterr().out == f"database: {embedded.count()} records\n"
    call_command("search_rebuild", "--reconcile")
    assert "0 were missing" in capsys.readouterr().out
    with pytest.raises(CommandError, match="no search backend"):
        call_command("search_rebuild", "--backend", "nowhere")
