from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page
from wagtail_localize.fields import TranslatableField

from knowledge.blocks import ChapterField
from knowledge.models.pages import KnowledgePage


class GuidePage(KnowledgePage):
    """A guide in chapters, each with text, steps to take and a checklist."""

    kind = "guide"

    chapters = ChapterField(verbose_name=_("chapters"), blank=True)

    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        KnowledgePage.terms_panel,
        FieldPanel("chapters"),
        KnowledgePage.care_panel,
    ]
    translatable_fields = [*KnowledgePage.translatable_fields, TranslatableField("chapters")]
    parent_page_types = ["knowledge.SectionPage"]
    subpage_types: list[str] = []
    is_creatable = True

    class Meta:
        verbose_name = _("guide")
        verbose_name_plural = _("guides")
