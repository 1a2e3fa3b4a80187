"""Code lists whose entries are values of facts, and the model fields that hold them.

A field stores codes, as text, without a foreign key: so they are part of drafts and versions as they are, and a version
can be restored after a code has gone. The labels belong to the editors.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core import topics
from core.fields import NameField
from core.page_cache import cached_until_changed
from knowledge.form_fields import Choices, CodeChoiceField, CodesChoiceField
from knowledge.models.taxonomy import Technology

MONTH = re.compile(r"(?:19|20)[0-9]{2}(?:-(?:0[1-9]|1[0-2]))?")

Labels = Mapping[str, Mapping[str, str]]
"""Code → label in the active language, in the list's order, by the name of the list."""


# Arguments of a model field that may be left empty, also by a version of the site that does not know it.
NO_TEXT: dict[str, Any] = {"blank": True, "default": "", "db_default": ""}
NO_ITEMS: dict[str, Any] = {
    "blank": True,
    "default": list,
    "db_default": models.Value([], models.JSONField()),
}
NOT_KNOWN: dict[str, Any] = {"null": True, "blank": True}


class CodeQuerySet(models.QuerySet):
    def labels(self, language: str) -> dict[str, dict[str, str]]:
        """The labels of all lists, of the codes below each heading (`list/heading`), and of the technologies. One
        query."""
        label = "label_en" if language == "en" else "label_sv"
        found: dict[str, dict[str, str]] = {}
        technologies = Technology.objects.annotate(list=models.Value("technology"), head=models.Value(""))
        columns = ("list", "pk", "head", "code", label)
        rows = self.order_by().values_list(*columns)
        for name, _pk, head, code, text in sorted(
            rows.union(technologies.order_by().values_list(*columns), all=True)
        ):
            found.setdefault(name, {})[code] = text
            if head:
                found.setdefault(f"{name}/{head}", {})[code] = text
        return found


class Code(models.Model):
    """An entry of a code list. Lists and codes never change; editors may change the labels."""

    list = models.CharField(_("list"), max_length=30)
    code = models.CharField(_("code"), max_length=40)
    head = models.CharField(_("heading"), max_length=40, blank=True)
    label_sv = NameField(_("label in Swedish"), max_length=200)
    label_en = NameField(_("label in English"), max_length=200)

    objects = CodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("code")
        verbose_name_plural = _("codes of facts")
        ordering = ["list", "pk"]
        constraints = [models.UniqueConstraint(fields=["list", "code"], name="code_once_in_its_list")]

    def __str__(self) -> str:
        return self.label_en if get_language() == "en" else self.label_sv


def code_labels() -> Labels:
    """The labels of all code lists in the active language. No query until one of them changes."""
    language = "en" if get_language() == "en" else "sv"
    return cached_until_changed(f"codes:{language}", lambda: Code.objects.labels(language), topics.TAXONOMY)


def code_choices(code_list: str, labels: Labels | None = None) -> Choices:
    """The codes of a list with their labels; below the headings that the list `…_head` has for them, if any.

    A form with several lists reads `labels` once for all, since each reading asks the cache.
    """
    labels = code_labels() if labels is None else labels
    codes = labels.get(code_list, {})
    heads = labels.get(f"{code_list}_head")
    if not heads:
        return list(codes.items())
    return [(label, list(labels.get(f"{code_list}/{head}", {}).items())) for head, label in heads.items()]


class CodeField(models.CharField):
    """One code of the list named `code_list`, or nothing."""

    def __init__(self, *args: Any, code_list: str = "", **kwargs: Any) -> None:
        self.code_list = code_list
        super().__init__(*args, **{**NO_TEXT, "max_length": 40, **kwargs})

    def formfield(self, *, labels: Labels | None = None, **kwargs: Any) -> forms.Field:
        return CodeChoiceField(partial(code_choices, self.code_list, labels), **words_of(self))


class CodesField(models.JSONField):
    """Several codes of the list named `code_list`, as a list of text."""

    def __init__(self, *args: Any, code_list: str = "", **kwargs: Any) -> None:
        self.code_list = code_list
        super().__init__(*args, **{**NO_ITEMS, **kwargs})

    def formfield(self, *, labels: Labels | None = None, **kwargs: Any) -> forms.Field:
        return CodesChoiceField(partial(code_choices, self.code_list, labels), **words_of(self))


def words_of(field: models.Field) -> dict[str, Any]:
    """The label and the help text of the form field."""
    return {"label": capfirst(str(field.verbose_name)), "help_text": field.help_text}


class MonthField(models.CharField):
    """A year ("2024") or a month ("2024-05"), as text that sorts by time."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**NO_TEXT, "max_length": 7, **kwargs})
        self.validators.append(check_month)

    def formfield(self, **kwargs: Any) -> forms.Field:
        return forms.CharField(required=False, max_length=20, validators=[check_month], **words_of(self))


def check_month(value: str) -> None:
    if value and not MONTH.fullmatch(value):
        raise ValidationError(_("Write a year, such as 2024, or a year and a month, such as 2024-05."))
