"""The texts of a form that was refused, for example because the session ended. A page shows them to their writer."""

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
"""The packages in whose forms the labels of the texts are looked up."""


@dataclass(frozen=True)
class Answer:
    """`question` is empty when it is unknown."""

    question: str
    text: str


def refused_texts(request: HttpRequest) -> list[Answer]:
    """Return the answers that contain a space, and those to known text fields; never a password or a code."""
    fields = fields_of(set(request.POST) - {"csrfmiddlewaretoken"})
    return [
        Answer(question(name, fields.get(name, [])), text)
        for name, texts in request.POST.lists()
        for text in texts
        if not any(secret in name for secret in SECRET)
        and (" " in text.strip() or (text.strip() and is_text(name, fields.get(name, []))))
    ]


def fields_of(names: set[str]) -> dict[str, list[Field]]:
    """Return the fields with these names in the form that has most of them and few others. When several forms are
    equally near, a name has several fields.

    The form itself is unknown, because its view refused the request.
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
    """Yield subclasses with fields, at any depth."""
    for child in parent.__subclasses__():
        if getattr(child, "base_fields", None):
            yield child
        yield from subclasses(child)


def question(name: str, fields: list[Field]) -> str:
    """Return the label of the fields, if all have the same."""
    if name in Story.STORY_FIELDS:
        return str(field_of(UseCasePage, name).verbose_name).capitalize()
    labels = {str(field.label or "") for field in fields}
    return labels.pop() if len(labels) == 1 else ""


def is_text(name: str, fields: list[Field]) -> bool:
    return name in Story.STORY_FIELDS or any(type(field.widget) in (Textarea, TextInput) for field in fields)
