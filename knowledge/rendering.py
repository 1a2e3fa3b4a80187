"""Stores the HTML of Markdown. A service calls `keep_html` before it takes a lock. Receivers store it for other writes.
Text without stored HTML is rendered when it is read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from django.apps import apps

from core.rich_text import RENDERER, render_markdown
from knowledge.models.rendered import RenderedText, markdown_fields, markdown_of
from knowledge.querysets import digest_of

CHUNK = 200


def keep_html(texts: Iterable[str]) -> None:
    """Render the texts without stored HTML. Safe to repeat, also concurrently."""
    sources = {digest_of(text): text for text in texts if text.strip()}
    kept = RenderedText.objects.of(sources).values_list("source", flat=True) if sources else ()
    # In one order, so that two transactions that store the same texts do not wait for each other.
    missing = sorted(sources.keys() - set(kept))
    RenderedText.objects.bulk_create(
        [
            RenderedText(source=source, version=RENDERER, html=render_markdown(sources[source]))
            for source in missing
        ],
        ignore_conflicts=True,
    )


def forget_html(text: str) -> None:
    """Delete the HTML of an erased text. Where the same text stands elsewhere, it is rendered again."""
    RenderedText.objects.filter(source=digest_of(text)).delete()


def keep_html_of(instance: Any, saved_fields: Collection[str] | None = None) -> None:
    """Store the HTML of the fields that were saved; of all fields where `saved_fields` is None."""
    texts = markdown_of(instance)
    keep_html(text for name, text in texts.items() if saved_fields is None or name in saved_fields)


def forget_html_of(instance: Any) -> None:
    for text in markdown_of(instance).values():
        forget_html(text)


def is_outdated() -> bool:
    """Whether HTML of another version of the renderer is stored."""
    return RenderedText.objects.exclude(version=RENDERER).exists()


def keep_all_html() -> None:
    """Render every Markdown text without HTML of this version, and delete HTML that belongs to no text."""
    before = set(RenderedText.objects.values_list("pk", flat=True))
    used: set[str] = set()
    for texts in _all_texts():
        used |= {digest_of(text) for text in texts}
        keep_html(texts)
    surplus = [
        pk
        for pk, source, version in RenderedText.objects.values_list("pk", "source", "version").iterator()
        if pk in before and (version != RENDERER or source not in used)
    ]
    for start in range(0, len(surplus), CHUNK):
        RenderedText.objects.filter(pk__in=surplus[start : start + CHUNK]).delete()


def _all_texts() -> Iterator[list[str]]:
    """Yield the Markdown of all models, `CHUNK` rows at a time."""
    for model in apps.get_models():
        if names := markdown_fields(model):
            last = 0
            rows = model._base_manager.order_by("pk").values_list("pk", *names)
            while chunk := list(rows.filter(pk__gt=last)[:CHUNK]):
                last = chunk[-1][0]
                yield [text for _, *texts in chunk for text in texts if text.strip()]
