"""The stage and the story that a published use case and a member's project share."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.model_fields import field_of
from core.text_fields import MarkdownField
from knowledge.models.rendered import ShowsMarkdown


class Stage(models.TextChoices):
    IDEA = "idea", _("Idea")
    PLANNED = "planned", _("Planned")
    DEVELOPING = "developing", _("In development")
    PILOT = "pilot", _("Pilot")
    IN_USE = "in_use", _("In use")
    SCALED = "scaled", _("Scaled up")
    PAUSED = "paused", _("Paused")
    RETIRED = "retired", _("Retired")

    @property
    def is_stopped(self) -> bool:
        return self in (Stage.PAUSED, Stage.RETIRED)


STAGES: tuple[Stage, ...] = tuple(Stage)


def validate_stage(code: str) -> None:
    if code not in Stage.values:
        raise ValidationError(_("“%(code)s” is not a stage."), params={"code": code})


class StageField(models.CharField):
    """A stage's code. Migrations do not contain the choices; the validator refuses an unknown code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("verbose_name", _("stage"))
        kwargs.setdefault("max_length", 12)
        kwargs.setdefault("db_index", True)
        super().__init__(*args, **kwargs)
        self.validators.append(validate_stage)


class Story(ShowsMarkdown, models.Model):
    """The story of a project or use case, in a fixed order of parts. Empty parts are shown as not stated."""

    problem = MarkdownField(_("the problem"), blank=True)
    how_it_works = MarkdownField(_("how it works"), blank=True)
    data_used = MarkdownField(_("data used"), blank=True)
    result = MarkdownField(_("result"), blank=True, help_text=_("Number, unit and how it was measured."))
    cost = MarkdownField(_("cost and time"), blank=True)
    partners_text = MarkdownField(_("suppliers and partners"), blank=True)
    law = MarkdownField(_("legal questions and how they were resolved"), blank=True)
    went_wrong = MarkdownField(_("what went wrong"), blank=True)
    do_again = MarkdownField(_("would we do it again?"), blank=True)

    STORY_FIELDS = (
        "problem",
        "how_it_works",
        "data_used",
        "result",
        "cost",
        "partners_text",
        "law",
        "went_wrong",
        "do_again",
    )

    class Meta:
        abstract = True

    @property
    def story(self) -> list[tuple[str, str]]:
        """(heading, text) of every part in order; the text is empty where nothing is stated."""
        return [(str(field_of(self, name).verbose_name), getattr(self, name)) for name in self.STORY_FIELDS]

    @property
    def filled_sections(self) -> list[tuple[str, SafeString]]:
        """(heading, HTML) of the parts that are stated."""
        headings = dict(zip(self.STORY_FIELDS, (heading for heading, _ in self.story), strict=True))
        return [(heading, html) for name, heading in headings.items() if (html := self.rendered[name])]

    @property
    def missing_sections(self) -> list[str]:
        """The headings of the parts that are not stated."""
        return [heading for heading, text in self.story if not text.strip()]
