"""Names and titles, as model fields and as form fields: one line, with at least one visible character."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.text import has_visible_sign, one_line, without_invisible

NO_VISIBLE_SIGN = _("Write something that can be seen: a letter, a digit or another sign.")
INVISIBLE_SIGN = _("There is a sign here that cannot be seen. Type the name yourself instead of pasting it.")
MIXED_SCRIPTS = _("A word here mixes letters of different alphabets. Write each word in one alphabet.")

# Scripts that one word may mix with others, as Japanese and Korean do.
_MIXED_BY_NATURE = {"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO"}


def check_name(name: str) -> None:
    """Refuse a name without a visible character. An empty name passes: `required` refuses it."""
    if name and not has_visible_sign(name):
        raise ValidationError(NO_VISIBLE_SIGN, code="invisible")


def check_person_name(name: str) -> None:
    """Refuse invisible characters and mixed alphabets too: with them one member could look like another."""
    check_name(name)
    if without_invisible(name) != name:
        raise ValidationError(INVISIBLE_SIGN, code="invisible")
    if mixes_scripts(name):
        raise ValidationError(MIXED_SCRIPTS, code="mixed_scripts")


def mixes_scripts(name: str) -> bool:
    """Whether a word has letters of two alphabets, such as Latin and Cyrillic."""
    letters = unicodedata.normalize("NFKC", name)
    return any(len(scripts(word)) > 1 for word in re.findall(r"[^\W\d_]+", letters))


def scripts(word: str) -> set[str]:
    """The scripts of a word's letters: the first word of a letter's Unicode name. Modifier letters belong to all."""
    names = (unicodedata.name(sign, "") for sign in word if unicodedata.category(sign) != "Lm")
    return {name.split(" ")[0] for name in names} - _MIXED_BY_NATURE


class NameFormField(forms.CharField):
    """A name or title as typed. It is checked, then made one line without invisible characters."""

    check = staticmethod(check_name)

    def to_python(self, value: Any) -> str:
        typed = super().to_python(value) or ""
        if self.max_length and len(typed) > 4 * self.max_length:
            # Before the scripts are checked: one character may stand for eighteen (NFKC).
            MaxLengthValidator(self.max_length)(typed)
        self.check(typed)
        return one_line(typed)


class PersonNameFormField(NameFormField):
    check = staticmethod(check_person_name)


class NameField(models.CharField):
    """A name or title. It is stored as one line without invisible characters, whatever code sets it.

    Migrations see a CharField.
    """

    check_name = staticmethod(check_name)
    form_class: type[NameFormField] = NameFormField

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return one_line(value) if isinstance(value, str) else value

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        if isinstance(value, str):
            self.check_name(value)
            value = one_line(value)
        return super().clean(value, model_instance)

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": self.form_class, **kwargs})

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class PersonNameField(NameField):
    check_name = staticmethod(check_person_name)
    form_class = PersonNameFormField
