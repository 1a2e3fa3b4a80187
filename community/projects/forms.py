from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from community.members.models import Member
from community.organisations.models import Organisation
from community.projects.cards import Card
from community.projects.models import Project
from core.fields import NameFormField
from core.forms import RequiredMessageMixin
from knowledge.forms import StageChoiceField, StoryForm, terms_of
from knowledge.models import Story
from subjects.models import Visibility


class OrganisationField(forms.ModelChoiceField):
    """One of the organisations that the member belongs to. With several, none is preselected."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            queryset=Organisation.objects.none(),
            label=_("Organisation"),
            empty_label=None,
            to_field_name="slug",
            **kwargs,
        )

    def offer(self, member: Member) -> None:
        self.queryset = Organisation.objects.joined_by(member.pk)
        if self.queryset.count() > 1:
            self.empty_label = _("Choose an organisation")

    def keep(self, organisation: Organisation) -> None:
        """Show the organisation, and make the field read-only."""
        self.queryset = Organisation.objects.filter(pk=organisation.pk)
        self.disabled = True


def organisation_field(form: forms.BaseForm) -> OrganisationField:
    """Return the field named `organisation`. A form copies its fields for each instance."""
    field = form.fields["organisation"]
    if not isinstance(field, OrganisationField):
        raise TypeError
    return field


class ProjectForm(StoryForm):
    """The short questions of the card, and the story, which is collapsed at first."""

    NOT_COUNTED = (*StoryForm.NOT_COUNTED, *Story.STORY_FIELDS)
    field_order = ("title", "benefit", "organisation")

    title = NameFormField(
        label=_("What do you do?"),
        max_length=250,
        help_text=_("Start with a verb: “Answer questions about …”."),
    )
    benefit = forms.CharField(
        label=_("Who benefits, and how?"),
        max_length=300,
        required=False,
        help_text=_("One sentence."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    organisation = OrganisationField()
    description = forms.CharField(
        label=_("Describe it"),
        required=False,
        max_length=20000,
        help_text=_("Markdown works: **bold**, lists with a dash, links."),
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    language = forms.ChoiceField(label=_("Written in"), choices=settings.LANGUAGES)
    seen_revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, member: Member, kept: Project | None = None, **kwargs: Any) -> None:
        """`kept` is the project's row, where it exists."""
        super().__init__(*args, **kwargs)
        self.member = member
        if kept:
            organisation_field(self).keep(kept.organisation)
        else:
            organisation_field(self).offer(member)

    def card(self, kept: Project | None = None) -> Card:
        """Return the card as typed. Values that the form does not ask for are those of the edited version."""
        data = self.cleaned_data
        return Card(
            title=data["title"],
            benefit=data["benefit"],
            stage=data["stage"],
            stop_reason=data["stop_reason"],
            areas=data["areas"],
            technologies=data["technologies"],
            themes=list(kept.themes.all()) if kept else (),
            tags=data["tags"],
            place=data["place"],
            contact=kept.contact if kept else self.member,
            language=data["language"],
            description=data["description"],
            story=self.story,
            facts=self.facts,
        )

    @staticmethod
    def initial_of(project: Project) -> dict[str, Any]:
        """Initial values of the form for an existing project."""
        texts = ("title", "benefit", "stage", "stop_reason", "description", "language")
        return {
            **{name: getattr(project, name) for name in texts},
            "organisation": project.organisation.slug,
            "place": project.place.code if project.place else None,
            "seen_revision": project.latest_revision_id,
            **terms_of(project),
        }


PROJECT_VISIBILITIES = (Visibility.PUBLIC, Visibility.MEMBERS, Visibility.ORGANISATION)


class VisibilityForm(forms.Form):
    """The choice of who sees a published project."""

    to = forms.ChoiceField(
        label=_("Who may see the project?"),
        choices=[(choice.value, choice.label) for choice in PROJECT_VISIBILITIES],
        widget=forms.RadioSelect,
    )


class UpdateParticipationForm(RequiredMessageMixin, forms.Form):
    """The stage, notes and results of an organisation that does this too."""

    stage = StageChoiceField(label=_("How far have you got?"))
    note = forms.CharField(
        label=_("What do you do differently?"), max_length=300, required=False, help_text=_("One sentence.")
    )
    since = forms.DateField(
        label=_("Since when?"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    results = forms.CharField(
        label=_("Results so far"),
        max_length=300,
        required=False,
        help_text=_("Number, unit and how it was measured."),
    )


class AdoptForm(UpdateParticipationForm):
    """“We do this too”, for an organisation that is not on the list yet."""

    organisation = OrganisationField()
    field_order = ("organisation",)

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organisation_field(self).offer(member)
