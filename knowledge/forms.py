"""Fields for terms, the form in which a member writes a use case, and the form in which an editor uploads a file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from wagtail.admin.rich_text import DraftailRichTextArea
from wagtail.documents.forms import BaseDocumentForm

from core.fields import NameFormField, check_name
from core.forms import RequiredMessageMixin
from core.model_fields import field_of
from core.text import normalized_html, one_line
from knowledge.models import Area, Facts, File, Place, Stage, Story, Technology, UseCasePage
from knowledge.models.facts import ASKED_FROM_PILOT, GROUPS, FactGroup, fact_form_fields
from knowledge.models.taxonomy import Term
from knowledge.services import UseCaseText
from knowledge.tags import join_tags, parse_tags, unique_tags
from subjects.models import Visibility
from subjects.services import create_subjects, set_visibility


class TermsField(forms.ModelMultipleChoiceField):
    """Several terms, as checkboxes."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(to_field_name="code", required=False, **kwargs)

    def label_from_instance(self, obj: Term) -> str:
        return obj.label


class TagsField(forms.CharField):
    """Tags separated by commas (`knowledge.tags`). Cleans to a list without duplicates."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Tags"))
        kwargs.setdefault("help_text", _("Words others would search for, separated by commas."))
        super().__init__(required=False, max_length=300, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return join_tags(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return unique_tags(tag.lower()[:100] for tag in parse_tags(value or ""))


class TermField(forms.ModelChoiceField):
    """One term, or none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(to_field_name="code", required=False, empty_label=_("Not stated"), **kwargs)

    def label_from_instance(self, obj: Term) -> str:
        return obj.label


class PlaceField(TermField):
    """A län or kommun, chosen by name."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Municipality or county"))
        super().__init__(queryset=Place.objects.swedish(), **kwargs)


class StageChoiceField(forms.ChoiceField):
    """A stage. Nothing is preselected, so that the author chooses it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=[("", _("Choose a stage")), *Stage.choices], **kwargs)


class StoryForm(RequiredMessageMixin, forms.Form):
    """The fields that a use case and a project share: the terms and the story."""

    NOT_COUNTED: tuple[str, ...] = ("stop_reason", *Facts.FACT_FIELDS)

    stage = StageChoiceField(label=_("Stage"))
    stop_reason = forms.CharField(
        label=_("Why did it stop?"),
        max_length=300,
        required=False,
        help_text=_(
            "Answer only if it is paused or retired. It helps others more than most success stories."
        ),
    )
    areas = TermsField(label=_("Area of society"), queryset=Area.objects.none())
    technologies = TermsField(label=_("Technology"), queryset=Technology.objects.none())
    tags = TagsField()
    place = PlaceField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        for name, model in (("areas", Area), ("technologies", Technology)):
            fields[name].queryset = model.objects.choosable(self.initial.get(name, []))
        for name in Story.STORY_FIELDS:
            model_field = field_of(UseCasePage, name)
            self.fields[name] = forms.CharField(
                label=str(model_field.verbose_name).capitalize(),
                help_text=model_field.help_text,
                required=False,
                max_length=5000,
                widget=forms.Textarea(attrs={"rows": 4}),
            )
        fields |= fact_form_fields()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        stage = data.get("stage")
        is_stopped = bool(stage and Stage(stage).is_stopped)
        if not is_stopped:
            data["stop_reason"] = ""
        elif not data.get("stop_reason"):
            self.add_error("stop_reason", _("Say in a sentence why it stopped."))
        return data

    @property
    def is_stopped(self) -> bool:
        """Whether the stage, as chosen now or before, is one that has a reason."""
        stage = self["stage"].value()
        return stage in Stage.values and Stage(stage).is_stopped

    @property
    def question_count(self) -> int:
        """The number of questions that the form shows at first."""
        return len([field for field in self.visible_fields() if field.name not in self.NOT_COUNTED])

    @property
    def story_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in Story.STORY_FIELDS]

    @property
    def fact_groups(self) -> list[tuple[FactGroup, list[forms.BoundField]]]:
        """The groups of facts, each with its fields."""
        return [(group, [self[name] for name in group.fields]) for group in GROUPS]

    @property
    def is_past_planning(self) -> bool:
        """Whether governance is asked for at the stage, as chosen now or before."""
        return self["stage"].value() in ASKED_FROM_PILOT

    @property
    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data.get(name) for name in Facts.FACT_FIELDS if name in self.cleaned_data}

    @property
    def story(self) -> dict[str, str]:
        return {name: self.cleaned_data.get(name, "") for name in Story.STORY_FIELDS}


class UseCaseForm(StoryForm):
    field_order = ("title", "summary", "organisation")

    title = NameFormField(
        label=_("Title"), max_length=200, help_text=_("Start with a verb: “Answer questions about …”.")
    )
    summary = forms.CharField(
        label=_("The benefit in one sentence"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )

    def text(self) -> UseCaseText:
        data = self.cleaned_data
        return UseCaseText(
            title=data["title"],
            summary=data["summary"],
            stage=data["stage"],
            areas=data["areas"],
            technologies=data["technologies"],
            tags=data["tags"],
            place=data["place"],
            stop_reason=data["stop_reason"],
            story=self.story,
            facts=self.facts,
        )

    @staticmethod
    def initial_of(page: UseCasePage) -> dict[str, Any]:
        """Initial values of the form for an existing page."""
        return {
            "title": page.title,
            "summary": page.summary,
            "stage": page.stage,
            "stop_reason": page.stop_reason,
            "place": page.place.code if page.place else None,
            **terms_of(page),
        }


def terms_of(record: Any) -> dict[str, Any]:
    """Initial values of the shared fields, from a page or a project."""
    return {
        "areas": [term.code for term in record.areas.all()],
        "technologies": [term.code for term in record.technologies.all()],
        "tags": [tag.name for tag in record.tags.all()],
        **{name: getattr(record, name) for name in Story.STORY_FIELDS},
        **record.facts,
    }


FILE_READERS = {
    Visibility.PUBLIC: _("Everyone"),
    Visibility.MEMBERS: _("Members who have signed in"),
    Visibility.ORGANISATION: _("Editors and staff"),
}


class FileForm(BaseDocumentForm):
    """Asks who may read a file. Nothing is preselected, so that an oversight does not show a file to everyone."""

    readers = forms.ChoiceField(
        label=_("Who may read it"),
        choices=FILE_READERS.items(),
        widget=forms.RadioSelect,
        help_text=_("Choose everyone if a public page links to it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.subject_id and self.instance.subject.is_out:
            self.fields["readers"].initial = self.instance.visibility

    def clean_title(self) -> str:
        check_name(self.cleaned_data["title"])
        return one_line(self.cleaned_data["title"])

    @transaction.atomic
    def save(self, commit: bool = True) -> File:  # noqa: FBT001, FBT002
        """Store the choice of readers. Wagtail's views save with `commit`, or save the instance themselves."""
        if self.instance.subject_id is None:
            create_subjects([self.instance])
        set_visibility(instance=self.instance, visibility=self.cleaned_data["readers"], is_out=True)
        return super().save(commit=commit)


class RichTextArea(DraftailRichTextArea):
    """Draftail, whose text is normalised once it is HTML. Before that, its JSON holds positions in the text."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str | None:
        html = super().value_from_datadict(data, files, name)
        return html and normalized_html(html)
