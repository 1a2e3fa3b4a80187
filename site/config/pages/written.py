"""The texts of a form that was refused, to show them to the writer again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.forms import BaseForm, Field, Textarea, TextInput
from django.http import HttpRequest

from core.model_fields import field_of
from knowledge.models import Story, UseCasePage

SECRET = ("password", "code", "token")
OURS = ("community", "config", "knowledge")
"""The packages whose forms ask the questions."""


@dataclass(frozen=True)
class Answer:
    """`question` is empty where it is not known."""

    question: str
    text: str


def written(request: HttpRequest) -> list[Answer]:
    """What was written in words, and all that was written in a text field we know; never a password or a code."""
    fields = fields_of(set(request.POST) - {"csrfmiddlewaretoken"})
    return [
        Answer(question(name, fields.get(name, [])), text)
        for name, texts in request.POST.lists()
        for text in texts
        if not any(secret in name for secret in SECRET)
        and (" " in text.strip() or (text.strip() and is_text(name, fields.get(name, []))))
    ]


def fields_of(names: set[str]) -> dict[str, list[Field]]:
    """The fields with these names in the form that asks for most of them and little else. Several fields for a name
    where forms come equally near.

    The form itself is not known: the view that has it is closed to the one who posts.
    """
    asked = names - set(Story.STORY_FIELDS)
    distances = {
        form: (len(asked - set(form.base_fields)), len(set(form.base_fields) - asked)) for form in our_forms()
    }
    nearest = min(distances.values())
    found: dict[str, list[Field]] = {}
    for form, distance in distances.items():
        if distance == nearest:
            for name in names & set(form.base_fields):
                found.setdefault(name, []).append(form.base_fields[name])
    return found


@cache
def our_forms() -> list[type[Any]]:
    return [form for form in subclasses(BaseForm) if form.__module__.partition(".")[0] in OURS]


def subclasses(parent: type[Any]) -> Iterator[type[Any]]:
    """Those that ask something, at any depth."""
    for child in parent.__subclasses__():
        if getattr(child, "base_fields", None):
            yield child
        yield from subclasses(child)


def question(name: str, fields: list[Field]) -> str:
    """The label of the field, where all agree."""
    if name in Story.STORY_FIELDS:
        return str(field_of(UseCasePage, name).verbose_name).capitalize()
    labels = {str(field.label or "") for field in fields}
    return labels.pop() if len(labels) == 1 else ""


def is_text(name: str, fields: list[Field]) -> bool:
    return name in Story.STORY_FIELDS or any(type(field.widget) in (Textarea, TextInput) for field in fields)
