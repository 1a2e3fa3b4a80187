"""HTML of the Markdown in every package's models. It is stored so that no page view renders it."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

from django.db import models
from django.db.models import QuerySet
from django.db.models.options import Options
from django.utils.safestring import SafeString, mark_safe

from core.rich_text import render_markdown
from core.text_fields import MarkdownField
from knowledge.querysets import RenderedTextQuerySet, digest_of

Rows = TypeVar("Rows", bound=QuerySet[Any])


class RenderedText(models.Model):
    """HTML derived from only a text and the version of the renderer, so that it can always be made again.

    It is not stored in the text's own row, since revisions would copy it. `knowledge.rendering` writes it.
    """

    source = models.CharField(max_length=64, help_text="SHA-256 of the Markdown.")
    version = models.CharField(max_length=16)
    html = models.TextField()

    wagtail_reference_index_ignore = True
    objects = RenderedTextQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "version"], name="rendered_text_once")]

    def __str__(self) -> str:
        return self.source


class ShowsMarkdown:
    """Mixed into a model with Markdown fields."""

    @property
    def rendered(self) -> dict[str, SafeString]:
        """The HTML of each Markdown field, by the field's name.

        One query for all fields on first use; none for a row that was read `with_html`.
        """
        texts = markdown_of(self)
        known: dict[str, SafeString] = self.__dict__.setdefault("_html_of_texts", {})
        for name, text in texts.items():
            if (read := f"{name}_html") in self.__dict__:
                kept = self.__dict__.pop(read)
                if kept is None:
                    known[text] = render_markdown(text) if text.strip() else SafeString()
                # The text may have changed since the row was read.
                elif kept.startswith(digest := digest_of(text)):
                    known[text] = mark_safe(kept.removeprefix(digest))
        if not known.keys() >= set(texts.values()):
            known.update(RenderedText.objects.html_of(texts.values()))
        return {name: known[text] for name, text in texts.items()}


def with_html(rows: Rows) -> Rows:
    """Annotate the rows with the stored HTML of their Markdown, in the same query."""
    kept = {f"{name}_html": RenderedText.objects.html_in(name) for name in markdown_fields(rows.model)}
    return rows.annotate(**kept)


def markdown_fields(model: Any) -> tuple[str, ...]:
    """Return the names of the Markdown fields of a model or one of its rows."""
    return _markdown_fields(model._meta)


@cache
def _markdown_fields(options: Options) -> tuple[str, ...]:
    return tuple(field.name for field in options.concrete_fields if isinstance(field, MarkdownField))


def markdown_of(instance: Any) -> dict[str, str]:
    """The Markdown of each field by its name."""
    return {name: getattr(instance, name) for name in markdown_fields(instance)}
