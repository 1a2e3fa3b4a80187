from __future__ import annotations

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import Page
from wagtail_localize.fields import TranslatableField

from knowledge.authorship import has_left
from knowledge.models.facts import Facts, localized_facts
from knowledge.models.pages import KnowledgePage
from knowledge.models.story import Stage, StageField, Story
from knowledge.models.taxonomy import Place
from knowledge.models.translation import shared
from knowledge.panels import ReviewPanel, fact_panels


class UseCasePage(KnowledgePage, Story, Facts):
    """A use of the technology in practice, described so that others can do it too."""

    kind = "use_case"

    stage = StageField()
    stop_reason = models.CharField(
        _("why it stopped"),
        max_length=300,
        blank=True,
        default="",
        db_default="",
        help_text=_("It helps others more than most success stories."),
    )
    place = models.ForeignKey(
        Place, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("place")
    )

    content_panels = [
        ReviewPanel(heading=_("Review")),
        *Page.content_panels,
        FieldPanel("summary"),
        FieldPanel("stage", widget=forms.Select(choices=Stage.choices)),
        FieldPanel("stop_reason"),
        FieldPanel("place"),
        KnowledgePage.terms_panel,
        MultiFieldPanel([FieldPanel(name) for name in Story.STORY_FIELDS], heading=_("The story")),
        *fact_panels(),
        KnowledgePage.care_panel,
    ]
    translatable_fields = [
        *KnowledgePage.translatable_fields,
        *(TranslatableField(name) for name in ("stop_reason", *Story.STORY_FIELDS)),
        *shared("stage", "place"),
        *localized_facts(),
    ]
    parent_page_types = ["knowledge.SectionPage"]
    subpage_types: list[str] = []
    is_creatable = True

    class Meta:
        verbose_name = _("use case")
        verbose_name_plural = _("use cases")

    @property
    def author_id(self) -> int | None:
        """The member who wrote it, while authorship lasts. A package above may end it (`knowledge.authorship`)."""
        return None if self.owner_id and has_left(self.owner_id, self.work_id) else self.owner_id

    @property
    def is_in_other_languages(self) -> bool:
        return self.get_translations().exists()

    @property
    def is_sent_back(self) -> bool:
        """Whether the editors have sent it back to its author."""
        state = self.current_workflow_state
        return state is not None and state.status == state.STATUS_NEEDS_CHANGES
