"""Undoes an import: deletes what it created and restores what it changed, except what members have built on since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext as _

from community.audit.actions import log_action
from community.discussions.models import Thread
from community.inventories import audit
from community.inventories.locking import Lease, only_one
from community.inventories.models import ImportedChange, ImportedRecord, ImportRun
from community.inventories.project_rows import raw_delete
from community.inventories.states import restore
from community.organisations.merging import references
from community.organisations.models import Organisation
from community.participation.models import Participation, Result
from community.projects.models import Project
from community.statements.models import Statement
from core.refusals import Refusal
from core.signals import states_together

CHUNK = 200


class CannotUndo(Refusal):
    """The run is undone already, or a later run changed its records."""


@dataclass
class Undone:
    removed: int = 0
    restored: int = 0
    organisations: int = 0
    kept: list[tuple[str, str]] = field(default_factory=list)
    """(record id, reason) of each record that stays because members have built on it."""


def undo_import(*, run: ImportRun) -> Undone:
    """Undo a run, in chunks. Call it again if it was stopped half-way.

    Raises `CannotUndo`, or `AlreadyRunning` if another process imports or undoes this source.
    """
    with only_one(run.source) as lease:
        run.refresh_from_db()
        return take_back(run=run, lease=lease)


def take_back(*, run: ImportRun, lease: Lease) -> Undone:
    """Undo a run; the caller holds the lease of its source. Raises as `undo_import` does."""
    if run.undone_at:
        raise CannotUndo(_("Import %(run)d is undone already.") % {"run": run.pk})
    later_runs = ImportRun.objects.filter(changes__record__in=touched(run), pk__gt=run.pk, undone_at=None)
    later = later_runs.order_by("-pk").first()
    if later:
        raise CannotUndo(
            _("Import %(later)d has changed records of import %(run)d since; undo %(later)d first.")
            % {"later": later.pk, "run": run.pk}
        )
    undone = Undone()
    changes = list(run.changes.values_list("pk", flat=True))
    for at in range(0, len(changes), CHUNK):
        with lease.renewed():
            restore_values(changes[at : at + CHUNK], undone)
    created = list(run.created_records.values_list("pk", flat=True))
    for at in range(0, len(created), CHUNK):
        with lease.renewed():
            remove(created[at : at + CHUNK], undone)
    with lease.renewed(), states_together():
        undone.organisations = remove_organisations(run)
        run.undone_at = timezone.now()
        run.save(update_fields=["undone_at"])
        log_action(actor=None, action=audit.IMPORT_UNDONE, subject=run)
    return undone


def touched(run: ImportRun) -> Sequence[int]:
    created = run.created_records.values_list("pk", flat=True)
    changed = run.changes.values_list("record_id", flat=True)
    return [*created, *changed]


def restore_values(change_ids: Sequence[int], undone: Undone) -> None:
    changes = ImportedChange.objects.filter(pk__in=change_ids).select_related(
        "record__project__subject", "record__project__organisation__subject"
    )
    states = {change.record: change.before for change in changes}
    built_on = reasons_to_keep([record.project for record in states])
    undone.kept += [(record.record_id, why) for record in states if (why := built_on.get(record.project_id))]
    back = {record: before for record, before in states.items() if record.project_id not in built_on}
    if back:
        restore(back)
    undone.restored += len(back)
    ImportedChange.objects.filter(record__in=back).filter(pk__in=change_ids).delete()


@states_together()
def remove(record_ids: Sequence[int], undone: Undone) -> None:
    records = list(ImportedRecord.objects.filter(pk__in=record_ids).select_related("project"))
    built_on = reasons_to_keep([record.project for record in records])
    undone.kept += [
        (record.record_id, built_on[record.project_id]) for record in records if record.project_id in built_on
    ]
    gone = [record.project_id for record in records if record.project_id not in built_on]
    raw_delete(Result.objects.filter(participation__subject__project__in=gone))
    raw_delete(Participation.objects.filter(subject__project__in=gone))
    Project.objects.filter(pk__in=gone).delete()
    undone.removed += len(gone)


def reasons_to_keep(projects: Sequence[Project]) -> dict[int, str]:
    """Return, by project id, the reason why a project stays. Projects without a reason are absent."""
    ids = [project.pk for project in projects]
    reasons = {project.pk: _("it has been edited here") for project in projects if project.latest_revision_id}
    talked = Thread.objects.filter(subject__project__in=ids, post_count__gt=0)
    reasons |= dict.fromkeys(talked.values_list("subject__project", flat=True), _("members discuss it"))
    joined = Participation.objects.filter(subject__project__in=ids, is_reference=False)
    reasons |= dict.fromkeys(joined.values_list("subject__project", flat=True), _("others take part"))
    stated = Statement.objects.filter(about__project__in=ids, is_reference=False)
    reasons |= dict.fromkeys(
        stated.values_list("about__project", flat=True), _("members offer or seek something in it")
    )
    return reasons


def remove_organisations(run: ImportRun) -> int:
    """Delete the organisations that the run created, unless they are claimed or something refers to them. Returns how
    many."""
    ids = set(run.organisations.filter(claimed_at=None).values_list("pk", flat=True))
    for model, name in references():
        used = model._base_manager.filter(**{f"{name}__in": ids})
        ids -= set(used.values_list(f"{name}_id", flat=True))
    Organisation.objects.filter(pk__in=ids).delete()
    return len(ids)
