from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from community.discussions.models import Thread
from community.discussions.services import post_message, thread_of
from community.inventories.models import ImportedRecord, ImportRun
from community.organisations.models import MergeCandidate, Organisation
from community.participation.models import Participation
from community.projects.models import Project
from community.projects.services import adopt
from tests.factories import MemberFactory, MembershipFactory
from tests.support.inventories import Inventory, counts, record


def undo(run: ImportRun | None = None) -> None:
    call_command("import_inventory", undo=(run or ImportRun.objects.latest("pk")).pk)


def state() -> dict[str, object]:
    """Return everything that an import writes, except its runs."""
    columns = ("title", "stage", "benefit", "description", "organisation", "place", "first_published_at")
    return {
        "projects": list(Project.objects.order_by("pk").values("pk", *columns)),
        "terms": sorted(Project.objects.values_list("pk", "areas__code", "tagged_items__tag__name")),
        "parts": sorted(Participation.objects.values_list("subject", "organisation", "role", "stage")),
        "records": list(ImportedRecord.objects.order_by("pk").values("record_id", "digest", "owner", "url")),
        "organisations": list(Organisation.objects.order_by("pk").values("pk", "name")),
        "candidates": MergeCandidate.objects.count(),
        "threads": Thread.objects.count(),
    }


def test_undoing_deletes_the_records_that_the_run_created(inventory: Inventory) -> None:
    before = state()
    inventory.load([record(n, Body=f"Body {n}", With="Bolaget AB") for n in range(300)])
    undo()
    assert state() == before
    assert ImportRun.objects.get().undone_at


def test_undoing_restores_the_records_that_the_run_updated(inventory: Inventory) -> None:
    inventory.load([record(1, With="Bolaget AB"), record(2)])
    before = state()
    changed = record(
        1, Name="Other", About="Else.", Body="Another body", Area="09", Words="a,b", Status="In use", Link=""
    )
    inventory.load([changed, record(2), record(3)])
    undo()
    assert state() == before
    assert counts(inventory.load([record(1, With="Bolaget AB"), record(2)])) == {"unchanged": 2}


def test_the_latest_run_is_undone_first(inventory: Inventory) -> None:
    states = [state()]
    for title in ("One", "Two", "Three"):
        inventory.load([record(1, Name=title)])
        states.append(state())
    first, second, third = ImportRun.objects.order_by("pk")
    for run in (first, second):
        with pytest.raises(CommandError, match=f"undo {third.pk} first"):
            undo(run)
    for run, before in ((third, states[2]), (second, states[1]), (first, states[0])):
        undo(run)
        assert state() == before


def test_a_run_can_be_undone_only_once(inventory: Inventory) -> None:
    inventory.load([record(1)])
    undo()
    with pytest.raises(CommandError, match="undone already"):
        undo()


def test_an_unknown_run_cannot_be_undone(inventory: Inventory) -> None:
    with pytest.raises(CommandError, match="no import 4711"):
        call_command("import_inventory", undo=4711)


def test_a_record_that_members_use_is_kept_and_reported(
    inventory: Inventory, capsys: pytest.CaptureFixture[str]
) -> None:
    inventory.load([record(n, Body=f"Body {n}") for n in range(4)])
    adopted, discussed, edited, plain = Project.objects.order_by("provenance__record_id")
    membership = MembershipFactory()
    adopt(actor=membership.member, organisation=membership.organisation, subject=adopted)
    thread = thread_of(discussed)
    post_message(thread=thread, actor=MemberFactory(), text="Does it read handwriting?")
    edited.save_revision().publish(skip_permission_checks=True)
    capsys.readouterr()
    undo()
    out = capsys.readouterr().out
    assert set(Project.objects.all()) == {adopted, discussed, edited}
    assert set(Organisation.objects.filter(name__startswith="Body ").values_list("name", flat=True)) == {
        "Body 0",
        "Body 1",
        "Body 2",
    }
    assert "S-0 stays: others take part." in out
    assert "S-1 stays: members discuss it." in out
    assert "S-2 stays: it has been edited here." in out
    assert "1 projects and 1 organisations removed, 0 projects restored, 3 kept." in out
    assert plain.title not in out


def test_a_record_that_was_edited_here_is_not_restored(inventory: Inventory) -> None:
    inventory.load([record(1)])
    inventory.load([record(1, Name="Sort parcels")])
    Project.objects.get().save_revision().publish(skip_permission_checks=True)
    undo()
    assert Project.objects.get().title == "Sort parcels"


def test_an_organisation_with_members_or_other_records_is_kept(inventory: Inventory) -> None:
    inventory.load([record(1, Body="Joined"), record(2, Body="Shared"), record(3, Body="Alone")])
    MembershipFactory(organisation=Organisation.objects.get(name="Joined"))
    inventory.load([record(4, Body="Shared")])
    undo(ImportRun.objects.earliest("pk"))
    assert Organisation.objects.filter(name__in=["Joined", "Shared"]).count() == 2
    assert not Organisation.objects.filter(name="Alone").exists()


def test_the_same_file_can_be_imported_again_afterwards(inventory: Inventory) -> None:
    inventory.load([record(1)])
    undo()
    assert counts(inventory.load([record(1)])) == {"created": 1}
