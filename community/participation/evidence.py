"""Evidence: what the results of several organisations say together about one subject. Pure: makes no query."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median, quantiles

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community.organisations.models import Kind, Organisation
from community.participation.models import Direction, Measure, Participation, Result, Unit
from knowledge.facts import month_in_words

ENOUGH = 3
"""The number of organisations from which a median and a range are shown."""


@dataclass(frozen=True)
class Finding:
    """One result in words. `is_counted` is false for an earlier result of an organisation that has a later one."""

    organisation: Organisation
    value: str
    how_measured: str
    baseline: str
    n: int | None
    period: str
    is_counted: bool = True


@dataclass(frozen=True)
class Strip:
    """The numbers of a box plot, and its axis from `start` to `top`."""

    low: Decimal
    lower: Decimal
    median: Decimal
    upper: Decimal
    high: Decimal
    start: Decimal
    top: Decimal

    @property
    def span(self) -> Decimal:
        return self.top - self.start


@dataclass(frozen=True)
class MeasureEvidence:
    """All results in one measure, unit and direction. There is a `strip` and a `sentence` from three organisations
    on."""

    label: str
    unit: str
    direction: str
    count: int
    findings: list[Finding]
    strip: Strip | None = None
    sentence: str = ""


@dataclass(frozen=True)
class Evidence:
    """`measures`: those with most organisations first. `others`: results in words of their own, by label."""

    measures: list[MeasureEvidence] = field(default_factory=list)
    others: list[tuple[str, Finding]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.measures or self.others)


def evidence_of(participations: Iterable[Participation]) -> Evidence:
    """Return the evidence of participations that were read with their organisations and results.

    The caller passes only participations that the viewer may see. Those of published inventories count only where they
    are marked so.
    """
    groups: dict[tuple[Measure, str, str], list[tuple[Organisation, Result]]] = defaultdict(list)
    others = []
    for participation in participations:
        if participation.is_reference and not participation.counts_as_evidence:
            continue
        for result in participation.measured_results.all():
            if result.measure:
                key = (result.measure, result.unit, result.direction)
                groups[key].append((participation.organisation, result))
            else:
                others.append((result.other_measure, finding_of(participation.organisation, result)))
    measures = [
        evidence_in(measure, unit, direction, found) for (measure, unit, direction), found in groups.items()
    ]
    return Evidence(sorted(measures, key=lambda one: (-one.count, one.label)), others)


def evidence_in(
    measure: Measure, unit: str, direction: str, found: Sequence[tuple[Organisation, Result]]
) -> MeasureEvidence:
    """Add up results in one measure, unit and direction. Each organisation counts once, with its latest result."""
    latest: dict[int, Result] = {}
    for organisation, result in sorted(found, key=lambda each: when(each[1])):
        latest[organisation.pk] = result
    counted = list(latest.values())
    strip = strip_of(counted) if len(counted) >= ENOUGH else None
    organisations = {organisation.pk: organisation for organisation, _result in found}
    return MeasureEvidence(
        label=measure.label,
        unit=unit_label(unit),
        direction=str(Direction(direction).label) if direction in Direction.values else "",
        count=len(counted),
        findings=[
            finding_of(organisation, result, is_counted=latest[organisation.pk] is result)
            for organisation, result in sorted(found, key=lambda each: (-each[1].middle, each[1].pk))
        ],
        strip=strip,
        sentence=sentence_of(list(organisations.values()), strip, unit, measure.phrase) if strip else "",
    )


def when(result: Result) -> tuple[str, int]:
    return result.period_end or result.period_start, result.pk


def strip_of(results: Sequence[Result]) -> Strip:
    """The range is from the lowest to the highest; an interval counts with its middle in the median and quartiles."""
    middles = sorted(result.middle for result in results)
    lower, _median, upper = quantiles(middles, n=4, method="inclusive")
    low, high = min(result.lowest for result in results), max(result.highest for result in results)
    return Strip(
        low=low,
        lower=rounded(lower),
        median=rounded(median(middles)),
        upper=rounded(upper),
        high=high,
        start=Decimal(0) if low >= 0 else -round_up(-low),
        top=round_up(high) if high > 0 else Decimal(0),
    )


def rounded(number: Decimal) -> Decimal:
    """To one decimal, as no measurement here is finer."""
    return number.quantize(Decimal("0.1"))


def round_up(number: Decimal) -> Decimal:
    """Return the next of 1, 2, 5, 10, 20, 50 … that is not less, for the end of an axis."""
    step = Decimal(1).scaleb(number.adjusted()) if number else Decimal(1)
    return next(step * times for times in (1, 2, 5, 10) if step * times >= number)


def sentence_of(organisations: Sequence[Organisation], strip: Strip, unit: str, phrase: str) -> str:
    """“6 municipalities: 12–31 % fewer calls, median 22 %”."""
    return _("%(who)s: %(range)s %(phrase)s, median %(median)s") % {
        "who": count_in_words(organisations),
        "range": value_in_words(strip.low, strip.high, unit),
        "phrase": phrase,
        "median": value_in_words(strip.median, strip.median, unit),
    }


def count_in_words(organisations: Sequence[Organisation]) -> str:
    count = len(organisations)
    if all(each.kind == Kind.MUNICIPALITY for each in organisations):
        words = ngettext("%(count)d municipality", "%(count)d municipalities", count)
    else:
        words = ngettext("%(count)d organisation", "%(count)d organisations", count)
    return words % {"count": count}


def finding_of(organisation: Organisation, result: Result, *, is_counted: bool = True) -> Finding:
    return Finding(
        organisation=organisation,
        value=result_in_words(result),
        how_measured=result.how_measured,
        baseline=result.baseline,
        n=result.n,
        period=period_in_words(result),
        is_counted=is_counted,
    )


def result_in_words(result: Result) -> str:
    """“18 % fewer calls”; without a measure, “18 queues”."""
    value = value_in_words(result.lowest, result.highest, result.unit)
    return f"{value} {result.measure.phrase}" if result.measure else value


def value_in_words(low: Decimal, high: Decimal, unit: str) -> str:
    """“18 %”, “11–26 %”, “−3 to 4 %”. The unit stays on the same line."""
    if low == high:
        number = number_in_words(low)
    elif low < 0:
        number = _("%(low)s to %(high)s") % {"low": number_in_words(low), "high": number_in_words(high)}
    else:
        number = f"{number_in_words(low)}–{number_in_words(high)}"
    return "\u00a0".join(filter(None, [number, unit_label(unit)]))


def number_in_words(number: Decimal) -> str:
    """The number as the reader's language writes it, without zeros after the last decimal."""
    text = format(number, "f")
    decimals = len(text.partition(".")[2].rstrip("0"))
    return str(number_format(number, decimals, force_grouping=True)).replace("-", "−")


def unit_label(unit: str) -> str:
    return str(Unit(unit).label) if unit in Unit.values else unit


def period_in_words(result: Result) -> str:
    """“March 2024–August 2024”, or the one month that is stated."""
    months = dict.fromkeys(filter(None, [result.period_start, result.period_end]))
    return "–".join(month_in_words(month) for month in months)
