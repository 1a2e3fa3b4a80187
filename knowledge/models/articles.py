from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page
from wagtail_localize.fields import TranslatableField

from core.text_fields import BoundedRichTextField
from knowledge.models.pages import KnowledgePage


class ArticlePage(KnowledgePage):
    kind = "article"

    body = BoundedRichTextField(_("text"), blank=True)

    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        FieldPanel("body"),
        KnowledgePage.terms_panel,
        KnowledgePage.care_panel,
    ]
    translatable_fields = [*KnowledgePage.translatable_fields, TranslatableField("body")]
    parent_page_types = ["knowledge.SectionPage"]
    subpage_types: list[str] = []
    is_creatable = True

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
