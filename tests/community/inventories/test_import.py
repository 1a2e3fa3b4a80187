from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from community.discussions.models import Thread
from community.discussions.services import thread_of
from community.inventories import importing
from community.inventories.models import ImportedRecord, ImportRun
from community.organisations.models import MergeCandidate, Organisation
from community.participation.models import Participation, Role
from community.projects.models import Project
from community.projects.signals import ProjectsChanged, projects_changed
from core.audience import ANONYMOUS, PUBLIC
from tests.factories import ProjectFactory
from tests.support.inventories import Inventory, as_csv, counts, record


def test_a_record_becomes_a_project_with_the_fields_of_a_members_project(inventory: Inventory) -> None:
    inventory.load([record(1)])
    theirs, ours = ProjectFactory(), Project.objects.get(provenance__source="small")
    assert ours.audience == theirs.audience == {PUBLIC}
    assert (ours.is_reference, theirs.is_reference) == (True, False)
    assert ours.author is None
    for project in (theirs, ours):
        assert list(project.subject.participations.values_list("organisation", "role")) == [
            (project.organisation_id, Role.OWNER)
        ]
        assert thread_of(project).audience == {PUBLIC}
    assert ours in Project.objects.visible_to(ANONYMOUS)
    assert {area.code for area in ours.areas.all()} == {"01.3"}
    assert list(ours.tags.names()) == ["chatbot"]


def test_a_record_keeps_its_provenance(inventory: Inventory) -> None:
    inventory.load([record(1)])
    provenance = Project.objects.get().provenance
    assert (provenance.source, provenance.record_id) == ("small", "S-1")
    assert (provenance.licence, provenance.attribution) == ("CC0", "A small inventory")
    assert provenance.url == "https://example.org/letters"
    assert provenance.created_in.file_name == "inventory.csv"
    assert provenance.created_in.finished_at


def snapshot() -> dict[str, list[dict[str, object]]]:
    models = (Project, Organisation, Participation, ImportRun, ImportedRecord, MergeCandidate, Thread)
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


def test_importing_twice_changes_nothing(inventory: Inventory) -> None:
    records = [record(n, Body=f"Body {n}", With="Bolaget AB") for n in range(5)]
    inventory.load(records)
    before = snapshot()
    assert counts(inventory.load(records)) == {"unchanged": 5}
    assert snapshot() == before


def test_only_changed_records_are_updated(inventory: Inventory) -> None:
    inventory.load([record(1), record(2)])
    pk = Project.objects.get(provenance__record_id="S-2").pk
    changed = record(2, Name="Sort parcels", Area="09.1", Words="robot", Status="In use", With="Bolaget AB")
    assert counts(inventory.load([record(1), changed])) == {"updated": 1, "unchanged": 1}
    project = Project.objects.get(pk=pk)
    assert (project.title, project.stage) == ("Sort parcels", "in_use")
    assert {area.code for area in project.areas.all()} == {"09.1"}
    assert list(project.tags.names()) == ["robot"]
    assert {part.role: part.stage for part in project.subject.participations.all()} == {
        Role.OWNER: "in_use",
        Role.PARTNER: "",
    }
    assert counts(inventory.load([record(1), changed])) == {"unchanged": 2}


def test_an_update_keeps_what_members_added(inventory: Inventory) -> None:
    inventory.load([record(1)])
    project = Project.objects.get()
    nacka = Organisation.objects.get(name="Nacka kommun")
    Participation.objects.create(subject=project.subject, organisation=nacka, role=Role.PARTNER)
    inventory.load([record(1, Name="Sort parcels")])
    assert project.subject.participations.filter(organisation=nacka, role=Role.PARTNER).exists()


def test_an_update_follows_the_organisation_only_when_that_changed_in_the_inventory(
    inventory: Inventory,
) -> None:
    inventory.load([record(1)])
    nacka = Organisation.objects.get(name="Nacka kommun")
    Project.objects.update(organisation=nacka)
    inventory.load([record(1, Name="Sort parcels")])
    assert Project.objects.get().organisation == nacka
    inventory.load([record(1, Name="Sort parcels", Body="Kiruna kommun")])
    assert Project.objects.get().organisation.name == "Kiruna kommun"


@pytest.mark.parametrize("second", ["S-1", "s-1", " S-1", "Ｓ－1", "S\u200b-1", "S–1"])
def test_a_repeated_or_look_alike_id_is_rejected_with_the_row_it_repeats(
    inventory: Inventory, second: str
) -> None:
    report = inventory.load([record(1), record(2), record(3, Id=second)])
    assert counts(report) == {"created": 2, "rejected": 1}
    [rejection] = report["rejections"]
    assert (rejection["row"], rejection["title"]) == (4, "Sort letters 3")
    assert "that of row 2" in rejection["reason"]


def test_a_look_alike_id_in_a_later_file_is_the_same_record(inventory: Inventory) -> None:
    inventory.load([record(1)])
    assert counts(inventory.load([record(1, Id="s-1", Name="Sort parcels")])) == {"updated": 1}
    assert Project.objects.get().title == "Sort parcels"


def test_a_rejected_row_leaves_its_earlier_record_as_it_is(inventory: Inventory) -> None:
    inventory.load([record(1)])
    assert counts(inventory.load([record(1, Name="")])) == {"rejected": 1}
    assert Project.objects.get().title == "Sort letters 1"


def test_a_dry_run_counts_the_same_and_leaves_nothing(inventory: Inventory) -> None:
    inventory.load([record(1), record(2)])
    before = snapshot()
    records = [record(1), record(2, Name="Sort parcels"), record(3), record(4, Name=""), record(3)]
    foreseen = inventory.load(records, dry_run=True)
    assert snapshot() == before
    assert foreseen == inventory.load(records)
    assert counts(foreseen) == {"created": 1, "updated": 1, "unchanged": 1, "rejected": 2}


def test_e_mail_addresses_are_not_published(inventory: Inventory) -> None:
    text = "Ask anna.ek@vaxjo.example.se. She knows about it."
    inventory.load(
        [record(1, Name=f"Sort {text}", About=text, Body=f"Body {text}", Words=f"letters,{text}", With=text)]
    )
    for model in (Project, Organisation, ImportedRecord):
        assert "anna.ek" not in str(list(model.objects.values()))
    assert list(Project.objects.get().tags.names()) == ["letters"]


def test_each_chunk_sends_one_signal(
    inventory: Inventory, django_capture_on_commit_callbacks: object
) -> None:
    facts: list[ProjectsChanged] = []

    def receive(sender: type, fact: ProjectsChanged, **kwargs: object) -> None:
        facts.append(fact)

    projects_changed.connect(receive)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            inventory.load([record(n) for n in range(300)])
    finally:
        projects_changed.disconnect(receive)
    assert [len(fact.project_ids) for fact in facts] == [250, 50]
    assert {pk for fact in facts for pk in fact.project_ids} == set(
        Project.objects.values_list("pk", flat=True)
    )


def test_the_number_of_queries_grows_with_chunks_not_with_rows(inventory: Inventory) -> None:
    inventory.load([record(0)])
    with CaptureQueriesContext(connection) as few:
        inventory.load([record(n, Body=f"Few {n}") for n in range(1, 6)])
    with CaptureQueriesContext(connection) as many:
        inventory.load([record(n, Body=f"Many {n}") for n in range(10, 110)])
    # SQLite takes at most 999 values in a statement, which is 13 projects.
    assert len(many) <= len(few) + 16


def test_a_row_that_the_database_refuses_is_the_only_one_left_out(inventory: Inventory) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "CREATE TEMP TRIGGER refuse BEFORE INSERT ON main.projects_project "
                "WHEN NEW.title = 'Refused' BEGIN SELECT RAISE(ABORT, 'refused'); END"
            )
        else:
            cursor.execute("ALTER TABLE projects_project ADD CONSTRAINT refuse CHECK (title <> 'Refused')")
    report = inventory.load(
        [record(n, Name="Refused" if n == 17 else f"Sort {n}", Body=f"Body {n}") for n in range(60)]
    )
    assert counts(report) == {"created": 59, "rejected": 1}
    assert report["rejections"][0]["row"] == 19
    assert (report["rejections"][0]["id"], report["rejections"][0]["title"]) == ("S-17", "Refused")
    assert not Organisation.objects.filter(name="Body 17").exists()
    assert Organisation.objects.filter(name__startswith="Body ").count() == 59


def test_several_spellings_find_the_same_public_body(inventory: Inventory) -> None:
    names = ["Vaxjo Kommun", "VÄXJÖ KOMMUN", "Municipality of Växjö", "Växjö stad", "Va\u0308xjo\u0308"]
    inventory.load([record(n, Body=name) for n, name in enumerate(names)])
    assert set(Project.objects.values_list("organisation__code", flat=True)) == {"0780"}
    assert set(Project.objects.values_list("place__code", flat=True)) == {"0780"}


def test_a_new_organisation_is_an_unclaimed_reference(inventory: Inventory) -> None:
    inventory.load([record(1, Body="Bolaget för brev")])
    organisation = Project.objects.get().organisation
    assert organisation.is_reference
    assert organisation.claimed_at is None
    assert organisation.country.code == "SE"
    assert organisation.kind == "municipality"


def test_a_record_keeps_the_published_place_if_its_organisation_has_none(inventory: Inventory) -> None:
    inventory.load([record(1, Body="Bolaget för brev")])
    assert Project.objects.get().place.code == "SE"


def test_without_json_the_output_has_a_line_for_each_rejected_row(
    inventory: Inventory, capsys: pytest.CaptureFixture[str]
) -> None:
    path = inventory.write(as_csv([record(1), record(2, Name="")]))
    call_command("import_inventory", str(path), mapping=str(inventory.mapping))
    out, err = capsys.readouterr()
    run = ImportRun.objects.get()
    assert out.splitlines() == [
        "Row 3 (S-2) is left out: It has no title.",
        "2 rows: 1 new, 0 updated, 0 unchanged, 1 rejected.",
        f"This is import {run.pk}; --undo {run.pk} takes it back.",
    ]
    assert err == ""


def test_an_interrupted_import_can_be_undone(inventory: Inventory, monkeypatch: pytest.MonkeyPatch) -> None:
    publish = importing.publish

    def interrupted(layout: object, cells: dict[str, str], *others: object) -> object:
        if cells["id"] == "S-400":
            raise KeyboardInterrupt
        return publish(layout, cells, *others)

    monkeypatch.setattr(importing, "publish", interrupted)
    with pytest.raises(CommandError, match="--undo"):
        inventory.load([record(n) for n in range(500)])
    run = ImportRun.objects.get()
    assert run.finished_at is None
    assert Project.objects.count() == 250
    call_command("import_inventory", undo=run.pk)
    assert not Project.objects.exists()


def test_imports_are_listed(inventory: Inventory, capsys: pytest.CaptureFixture[str]) -> None:
    inventory.load([record(1)])
    call_command("import_inventory", list=True)
    line = capsys.readouterr().out
    assert "small\tinventory.csv\tdone\trows 1, created 1" in line
