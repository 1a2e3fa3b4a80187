"""StreamField blocks, kept out of migrations: adding a block changes no table."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.fields import StreamField

from core.fields import check_name
from core.text_fields import LONGEST


class ChapterBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), max_length=150, validators=[check_name])
    body = blocks.RichTextBlock(
        label=_("Text"),
        max_length=LONGEST,
        features=["h3", "h4", "bold", "italic", "ol", "ul", "link", "document-link", "hr"],
    )
    steps = blocks.ListBlock(blocks.CharBlock(label=_("Step"), max_length=500), label=_("Steps"), default=[])
    checklist = blocks.ListBlock(
        blocks.CharBlock(label=_("To check"), max_length=500), label=_("Checklist"), default=[]
    )

    class Meta:
        icon = "doc-full"
        label = _("Chapter")
        template = "knowledge/blocks/chapter.html"


class ChapterField(StreamField):
    """A guide's chapters. Migrations see a field without blocks."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__([("chapter", ChapterBlock())], **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, _args, kwargs = super().deconstruct()
        kwargs.pop("block_lookup", None)
        return name, path, [], kwargs
