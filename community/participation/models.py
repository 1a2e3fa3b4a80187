from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from community.organisations.models import Organisation
from community.participation.querysets import ParticipationQuerySet, StageChangeQuerySet
from core.fields import NameField
from knowledge.models.story import StageField
from knowledge.models.taxonomy import Term
from subjects.models import Subject


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    PARTNER = "partner", _("Partner")
    ADOPTER = "adopter", _("Adopter")
    SUPPLIER = "supplier", _("Supplier")
    RESEARCH = "research", _("Research")
    FUNDER = "funder", _("Funder")


class Participation(models.Model):
    """An organisation takes part in a subject. “We do this too” is the role adopter.

    It has a plain foreign key on purpose: publishing an older draft of a project would delete a parental child.
    """

    subject = models.ForeignKey(
        Subject,
        on_delete=models.CASCADE,
        related_name="participations",
        verbose_name=_("what it takes part in"),
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="participations")
    role = models.CharField(_("role"), max_length=10)
    stage = StageField(blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    since = models.DateField(_("since"), null=True, blank=True)
    results = models.CharField(_("results"), max_length=300, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    is_reference = models.BooleanField(_("reference"), default=False, editable=False)
    counts_as_evidence = models.BooleanField(
        _("count its results although it comes from an inventory"), default=False, db_default=False
    )
    created_at = models.DateTimeField(auto_now_add=True)

    before: Participation | None = None
    """The stored row, while a save replaces it."""

    wagtail_reference_index_ignore = True
    objects = ParticipationQuerySet.as_manager()

    class Meta:
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["subject", "organisation", "role"], name="participation_once"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.role}"

    def clean(self) -> None:
        if self.role not in Role.values:
            raise ValidationError({"role": _("Choose a role.")})

    @property
    def role_label(self) -> str:
        return str(Role(self.role).label)


class Unit(models.TextChoices):
    """The units of measures. Results in different units are never added up."""

    PERCENT = "percent", "%"
    HOURS_YEAR = "hours_year", _("hours a year")
    HOURS = "hours", _("hours")
    MINUTES = "minutes", _("minutes")
    DAYS = "days", _("days")
    SEK = "sek", _("SEK")
    SEK_YEAR = "sek_year", _("SEK a year")
    OF_FIVE = "of_five", _("out of 5")
    KWH = "kwh", "kWh"
    KILOMETRES = "km", "km"
    KILOGRAMS = "kg", "kg"
    TONNES = "tonnes", _("tonnes")
    NUMBER = "number", ""


class Direction(models.TextChoices):
    """Which way a measured quantity should go."""

    LESS = "less", _("less is better")
    MORE = "more", _("more is better")
    NEITHER = "neither", _("neither is better")


class Measure(Term):
    """Something that several organisations measure in the same way, so that their results can be added up.

    `phrase` is read after a value: “18 % fewer calls”. `direction` is about the quantity that the label names: fewer
    calls are better.
    """

    unit = models.CharField(_("unit"), max_length=20, choices=Unit)
    direction = models.CharField(
        _("direction"), max_length=10, choices=Direction, help_text=_("Of what the label names.")
    )
    phrase_sv = NameField(_("words after the value, in Swedish"), max_length=100, help_text="färre samtal")
    phrase_en = NameField(_("words after the value, in English"), max_length=100, help_text="fewer calls")

    class Meta(Term.Meta):
        verbose_name = _("measure")
        verbose_name_plural = _("measures")

    @property
    def phrase(self) -> str:
        """The phrase in the active language."""
        return self.phrase_en if (get_language() or "").startswith("en") else self.phrase_sv


validate_month = RegexValidator(
    r"^[12]\d{3}-(0[1-9]|1[0-2])\Z", _("Write the year and the month like this: 2025-03.")
)


class Result(models.Model):
    """A result that an organisation measured in what it takes part in: one number, or the lowest and the highest.

    The unit and the direction of a measure are copied when the result is saved. When the editors change them later, old
    and new results are not added up. A result without a measure has words of its own and is never added up.
    """

    participation = models.ForeignKey(
        Participation, on_delete=models.CASCADE, related_name="measured_results"
    )
    measure = models.ForeignKey(
        Measure, on_delete=models.PROTECT, null=True, blank=True, related_name="results"
    )
    other_measure = NameField(_("other measure"), max_length=100, blank=True)
    value = models.DecimalField(_("value"), max_digits=12, decimal_places=2, null=True, blank=True)
    low = models.DecimalField(_("lowest"), max_digits=12, decimal_places=2, null=True, blank=True)
    high = models.DecimalField(_("highest"), max_digits=12, decimal_places=2, null=True, blank=True)
    unit = models.CharField(
        _("unit"),
        max_length=40,
        blank=True,
        help_text="A code of `Unit`, or words beside words of their own.",
    )
    direction = models.CharField(_("direction"), max_length=10, blank=True, choices=Direction)
    baseline = models.CharField(_("compared with"), max_length=150, blank=True)
    how_measured = models.CharField(_("how it was measured"), max_length=300)
    n = models.PositiveIntegerField(_("number of cases behind it"), null=True, blank=True)
    period_start = models.CharField(_("from month"), max_length=7, blank=True, validators=[validate_month])
    period_end = models.CharField(_("to month"), max_length=7, blank=True, validators=[validate_month])
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("result")
        verbose_name_plural = _("results")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="result_has_one_measure",
                condition=Q(measure__isnull=False, other_measure="")
                | (Q(measure__isnull=True) & ~Q(other_measure="")),
            ),
            models.CheckConstraint(
                name="result_is_value_or_interval",
                condition=Q(value__isnull=False, low__isnull=True, high__isnull=True)
                | Q(value__isnull=True, low__isnull=False, high__isnull=False, low__lte=F("high")),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return self.measure.label if self.measure else self.other_measure

    @property
    def lowest(self) -> Decimal:
        return self.first_of(self.value, self.low)

    @property
    def highest(self) -> Decimal:
        return self.first_of(self.value, self.high)

    @property
    def middle(self) -> Decimal:
        """The value, or the middle of the interval."""
        return (self.lowest + self.highest) / 2

    @staticmethod
    def first_of(*numbers: Decimal | None) -> Decimal:
        return next(number for number in numbers if number is not None)


class StageChange(models.Model):
    """A subject, or an organisation that takes part in it, came to a stage.

    Without an organisation it is the stage of the project or page itself. `date` is the day from which the record says
    so; it is empty for what the record said before changes were kept.
    """

    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="stage_changes")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, null=True, blank=True, related_name="stage_changes"
    )
    stage = models.CharField(_("stage"), max_length=12)
    date = models.DateField(_("date"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    wagtail_reference_index_ignore = True
    objects = StageChangeQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        indexes = [models.Index(fields=["subject", "organisation", "id"], name="stage_change_of_subject")]

    def __str__(self) -> str:
        return f"{self.subject_id}: {self.stage}"
