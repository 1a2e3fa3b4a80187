from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.members.models import Member
from community.participation import policies
from community.participation.models import Measure, Participation, Result, StageChange
from core.audience import viewer_for
from core.refusals import Refusal

MOST_RESULTS = 20
"""The most results of one participation."""


class TooManyResults(Refusal):
    sentence = _("There are already 20 results here. Change or remove one of them first.")


@dataclass(frozen=True, kw_only=True)
class ResultInput:
    """A member's input about a result. `unit` counts only where there is no measure, which has its own."""

    measure: Measure | None = None
    other_measure: str = ""
    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    unit: str = ""
    baseline: str = ""
    how_measured: str
    n: int | None = None
    period_start: str = ""
    period_end: str = ""

    def write_to(self, result: Result) -> None:
        for name, value in vars(self).items():
            setattr(result, name, value)
        result.direction = ""
        if self.measure:
            result.unit, result.direction = self.measure.unit, self.measure.direction


@transaction.atomic
def add_result(*, actor: Member, participation: Participation, given: ResultInput) -> Result:
    """Add a result to a participation. Raises `NotAllowed` and `TooManyResults`."""
    participation = locked(participation)
    policies.can_measure(viewer_for(actor), participation).require()
    if participation.measured_results.count() >= MOST_RESULTS:
        raise TooManyResults
    result = Result(participation=participation, author=actor)
    save(result, given)
    return result


@transaction.atomic
def change_result(*, actor: Member, result: Result, given: ResultInput) -> None:
    policies.can_measure(viewer_for(actor), locked(result.participation)).require()
    save(result, given)


@transaction.atomic
def delete_result(*, actor: Member, result: Result) -> None:
    policies.can_delete_result(viewer_for(actor), locked(result.participation)).require()
    result.delete()


def save(result: Result, given: ResultInput) -> None:
    """Validate and save. A unit that the editors gave a measure later holds from the next save on."""
    given.write_to(result)
    result.full_clean()
    result.save()


def locked(participation: Participation) -> Participation:
    """Return the row as it is now, locked until the transaction ends, with what the policies read."""
    rows = Participation.objects.select_for_update(of=("self",)).select_related("subject", "organisation")
    return rows.get(pk=participation.pk)


@transaction.atomic
def record_stage(
    *,
    subject_id: int,
    stage: str,
    organisation_id: int | None = None,
    note: str = "",
    by_id: int | None = None,
    is_new: bool = False,
) -> None:
    """Record that the subject, or the organisation in it, is at this stage from today. Does nothing where the last
    recorded stage is the same. May be called twice.

    `is_new`: the subject or participation appears now. An older one without a record came to this stage at an unknown
    time, so its first record has no date.
    """
    recorded = StageChange.objects.filter(subject=subject_id, organisation=organisation_id).last()
    if recorded and recorded.stage == stage:
        return
    StageChange.objects.create(
        subject_id=subject_id,
        organisation_id=organisation_id,
        stage=stage,
        date=timezone.localdate() if recorded or is_new else None,
        note=note,
        by_id=by_id,
    )
