from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django import template

from community.participation import policies
from community.participation.evidence import Evidence, evidence_of, result_in_words
from community.participation.models import Participation, StageChange
from core.audience import Viewer
from knowledge.models import Stage
from subjects.models import Subject

register = template.Library()


@register.simple_tag
def evidence_in(participations: Iterable[Participation]) -> Evidence:
    """The evidence of participations that the viewer may see, read with their results. Makes no query."""
    return evidence_of(participations)


@register.simple_tag
def measured_by(participations: Iterable[Participation], viewer: Viewer) -> list[Participation]:
    """The participations whose results the viewer may add to. Makes no query."""
    return [each for each in participations if policies.can_measure(viewer, each)]


@register.filter
def findings(participation: Participation) -> list[str]:
    """The results of a participation in words."""
    results = participation.measured_results.all()
    return [
        result_in_words(result) if result.measure else f"{result.label}: {result_in_words(result)}"
        for result in results
    ]


@register.simple_tag
def stage_dates(subject: Subject, stage: str) -> dict[str, date]:
    """By stage: the day from which the project or page was last at it. Only stages whose day is known, and none that
    comes after the present one. One query."""
    changes = StageChange.objects.of_subject_itself(subject.pk).exclude(date=None)
    order = Stage.values
    return {
        reached: day
        for reached, day in changes.values_list("stage", "date")
        if day and reached in order and order.index(reached) <= order.index(stage)
    }


@register.filter
def since(dates: dict[str, date] | str, stage: str) -> date | None:
    return dates.get(stage) if isinstance(dates, dict) else None
