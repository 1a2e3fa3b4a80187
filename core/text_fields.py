"""Text fields with a maximum length. A text without one could stall the process that renders it."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxLengthValidator
from django.db import models
from wagtail.fields import RichTextField
from wagtail.rich_text import RichTextMaxLengthValidator

LONGEST = 20_000
"""In characters. No text field of this project allows more."""


class BoundedTextField(models.TextField):
    """A text of at most `max_length` characters: `full_clean` and model forms refuse more.

    Migrations see a TextField, since another length does not change the column.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", LONGEST)
        super().__init__(*args, **kwargs)
        self.validators.append(MaxLengthValidator(kwargs["max_length"]))

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, _path, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        return name, "django.db.models.TextField", list(args), dict(kwargs)


class BoundedRichTextField(RichTextField):
    """Rich text: at most `max_length` characters of text, and five times as many with its mark-up."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", LONGEST)
        super().__init__(*args, **kwargs)
        longest = kwargs["max_length"]
        self.validators += [RichTextMaxLengthValidator(longest), MaxLengthValidator(5 * longest)]

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, _path, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        return name, "wagtail.fields.RichTextField", list(args), dict(kwargs)


class MarkdownField(BoundedTextField):
    """Markdown, shown as HTML by `knowledge.rendering`."""
