"""The facts of a project or use case: the third layer of the record, after the card and the story."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail_localize.fields import SynchronizedField, TranslatableField

from core.model_fields import field_of
from core.text_fields import BoundedTextField
from knowledge.form_fields import ReuseItemsField, YesNoChoiceField
from knowledge.models.codes import (
    NO_ITEMS,
    NO_TEXT,
    NOT_KNOWN,
    CodeField,
    CodesField,
    Labels,
    MonthField,
    code_choices,
    code_labels,
    words_of,
)
from knowledge.models.translation import shared

ASKED_FROM_PILOT = ("pilot", "in_use", "scaled", "paused", "retired")
"""The stages at which governance is asked for."""


@dataclass(frozen=True)
class FactGroup:
    """Facts under one heading, in the order of forms and pages. `stages`: where the form asks for them; empty is
    always."""

    code: str
    heading: Promise
    fields: tuple[str, ...]
    stages: tuple[str, ...] = ()


GROUPS = (
    FactGroup(
        "what",
        _("What it is"),
        (
            "application_type", "process_type", "extent", "interaction", "primary_technology", "public_value",
            "is_cross_border", "is_cross_sector", "began", "ended",
        ),
    ),
    FactGroup(
        "took",
        _("What it took"),
        (
            "cost_once", "cost_yearly", "staffing", "months_to_first_use", "supplier", "product", "procurement",
            "funding_source", "has_eu_clauses", "is_govtech",
        ),
    ),
    FactGroup(
        "reuse",
        _("What others can reuse"),
        ("reuse_items", "components_in", "components_out"),
    ),
    FactGroup(
        "governance",
        _("Law and responsibility"),
        (
            "ai_act_class", "ai_act_reason", "ai_act_by", "ai_act_on", "annex_iii", "is_general_purpose",
            "personal_data", "has_dpia", "dpia_url", "human_oversight", "monitoring", "appeal", "accessibility",
        ),
        ASKED_FROM_PILOT,
    ),
)  # fmt: skip


class YesNoField(models.BooleanField):
    """Yes, no, or not stated."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**NOT_KNOWN, **kwargs})

    def formfield(self, **kwargs: Any) -> forms.Field:
        return YesNoChoiceField(required=False, **words_of(self))


class ReuseItemsModelField(models.JSONField):
    """Things that others can reuse: a list of {kind, title, url, licence}, where kind and licence are codes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**NO_ITEMS, **kwargs})

    def formfield(self, *, labels: Labels | None = None, **kwargs: Any) -> forms.Field:
        kinds, licences = (partial(code_choices, name, labels) for name in ("reuse_kind", "licence"))
        return ReuseItemsField(kinds, licences, **words_of(self))


class MonthsField(models.PositiveSmallIntegerField):
    """A number of months, at most twenty years."""

    MOST = 240

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**NOT_KNOWN, **kwargs})
        self.validators.append(MaxValueValidator(self.MOST))

    def formfield(self, **kwargs: Any) -> forms.Field:
        return forms.IntegerField(required=False, min_value=0, max_value=self.MOST, **words_of(self))


class FactTextField(BoundedTextField):
    """Plain text of a few sentences."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**NO_TEXT, "max_length": 1_000, **kwargs})


def line(name: Any, **kwargs: Any) -> models.CharField:
    return models.CharField(name, max_length=200, **NO_TEXT, **kwargs)


class Facts(models.Model):
    """Everything is optional. Codes are those of `Code`. `knowledge.facts` groups and reads the fields."""

    # The group “what”
    extent = CodeField(_("extent"), code_list="extent")
    process_type = CodeField(_("kind of work"), code_list="process_type")
    application_type = CodeField(_("what it is used for"), code_list="application_type")
    interaction = CodesField(_("who meets it"), code_list="interaction")
    primary_technology = CodeField(_("main technology"), code_list="technology")
    is_cross_border = YesNoField(_("crosses national borders"))
    is_cross_sector = YesNoField(_("crosses sectors"))
    began = MonthField(_("began"), help_text=_("A year, such as 2024, or a month, such as 2024-05."))
    ended = MonthField(_("ended"), help_text=_("A year, such as 2024, or a month, such as 2024-05."))
    public_value = CodesField(_("public value"), code_list="public_value")

    # The group “took”
    cost_once = CodeField(_("one-off cost"), code_list="cost")
    cost_yearly = CodeField(_("yearly cost"), code_list="cost")
    months_to_first_use = MonthsField(_("months to first use"))
    staffing = CodeField(_("staff"), code_list="staffing", help_text=_("While it was being introduced."))
    supplier = line(_("supplier"))
    product = line(_("product"))
    procurement = CodeField(_("how it was procured"), code_list="procurement")
    funding_source = CodeField(_("source of funding"), code_list="funding_source")
    has_eu_clauses = YesNoField(_("EU model clauses for AI in the contract"))
    is_govtech = YesNoField(_("developed with a start-up (GovTech)"))

    # The group “reuse”
    reuse_items = ReuseItemsModelField(
        _("what others can reuse"),
        help_text=_("Code, contract texts, training material: each with a title, and a link and a licence."),
    )
    components_in = FactTextField(_("open components used"), help_text=_("Open source, open data, models."))
    components_out = FactTextField(_("open components released"))

    # The group “governance”
    ai_act_class = CodeField(_("class under the AI Act"), code_list="ai_act_class")
    ai_act_reason = FactTextField(_("reason for the class"))
    ai_act_by = line(_("who assessed it"), help_text=_("A role, such as the data protection officer."))
    ai_act_on = models.DateField(_("when it was assessed"), null=True, blank=True)
    annex_iii = CodesField(_("areas of Annex III"), code_list="annex_iii")
    is_general_purpose = YesNoField(_("builds on a general-purpose AI model"))
    personal_data = CodeField(_("personal data"), code_list="personal_data")
    has_dpia = YesNoField(_("impact assessment made"))
    dpia_url = models.URLField(_("link to the impact assessment"), **NO_TEXT)
    human_oversight = FactTextField(_("human oversight"), help_text=_("Who checks, and when."))
    monitoring = FactTextField(_("monitoring"), help_text=_("How you notice that it no longer works."))
    appeal = FactTextField(_("appeal"), help_text=_("Where someone turns who was treated wrongly."))
    accessibility = FactTextField(_("accessibility"), help_text=_("How you know that everyone can use it."))

    FACT_TEXTS = (
        "components_in",
        "components_out",
        "ai_act_reason",
        "human_oversight",
        "monitoring",
        "appeal",
        "accessibility",
    )
    FACT_FIELDS = tuple(name for group in GROUPS for name in group.fields)

    class Meta:
        abstract = True

    @property
    def facts(self) -> dict[str, Any]:
        """The value of every fact by its name."""
        return {name: getattr(self, name) for name in self.FACT_FIELDS}

    @facts.setter
    def facts(self, values: dict[str, Any]) -> None:
        """Set all facts; those that `values` does not name become empty."""
        for name in self.FACT_FIELDS:
            setattr(self, name, values[name] if name in values else field_of(self, name).get_default())


def fact_form_fields() -> dict[str, Any]:
    """The form field of each fact. The labels of codes are read once for all."""
    labels = code_labels()
    fields = {}
    for name in Facts.FACT_FIELDS:
        declared = field_of(Facts, name)
        has_codes = isinstance(declared, CodeField | CodesField | ReuseItemsModelField)
        fields[name] = declared.formfield(labels=labels) if has_codes else declared.formfield()
    return fields


def localized_facts() -> list[TranslatableField | SynchronizedField]:
    """The facts as wagtail-localize needs them: sentences are translated, the rest is the same in every language."""
    texts = [TranslatableField(name) for name in Facts.FACT_TEXTS]
    return [*texts, *shared(*(name for name in Facts.FACT_FIELDS if name not in Facts.FACT_TEXTS))]
