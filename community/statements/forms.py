from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from community.members.models import Member
from community.organisations.models import Organisation
from community.statements.inputs import StatementInput
from community.statements.models import Statement, StatementKind
from community.statements.splitting import LONGEST
from core.fields import NameFormField
from core.forms import RequiredMessageMixin
from core.sorting import by_label
from core.text import one_line
from knowledge.forms import TermField, TermsField
from knowledge.models import Area, Capability, Technology
from subjects.models import Subject, Visibility

VISIBILITIES = (Visibility.PUBLIC, Visibility.MEMBERS, Visibility.ORGANISATION)
"""From the widest to the narrowest."""
MOST_LINES = 10


class ContactField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Member) -> str:
        return obj.name


class StatementForm(RequiredMessageMixin, forms.Form):
    """One sentence first, in the active language. All other questions have an answer already, or may be left."""

    text = NameFormField(label=_("In one sentence"), max_length=LONGEST, required=False)
    text_en = NameFormField(label=_("In one sentence"), max_length=LONGEST, required=False)
    kind = forms.ChoiceField(
        label=_("What do you want to say?"), choices=StatementKind.choices, initial=StatementKind.OFFERS
    )
    capability = TermField(label=_("What is it?"), queryset=Capability.objects.none())
    until = forms.DateField(
        label=_("Until when?"),
        required=False,
        help_text=_("After that day it is no longer shown. We ask you two weeks before."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    contact = ContactField(
        label=_("Who should be contacted?"),
        queryset=Member.objects.none(),
        required=False,
        empty_label=_("Not stated"),
    )
    areas = TermsField(label=_("Area of society"), queryset=Area.objects.none())
    technologies = TermsField(label=_("Technology"), queryset=Technology.objects.none())
    visibility = forms.ChoiceField(label=_("Who may see it?"), required=False)

    def __init__(
        self,
        *args: Any,
        member: Member,
        organisation: Organisation,
        about: Subject | None = None,
        kept: Statement | None = None,
        **kwargs: Any,
    ) -> None:
        """`kept` is the statement's row, where it exists."""
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        self.kept_until = kept.until if kept else None
        self.first = "text_en" if get_language() == "en" else "text"
        self.second = "text" if self.first == "text_en" else "text_en"
        fields[self.first].help_text = _("For example: “A tested agreement for speech recognition.”")
        fields["text"].widget.attrs["lang"], fields["text_en"].widget.attrs["lang"] = "sv", "en"
        fields[self.second].label = (
            _("The same in English") if self.second == "text_en" else _("The same in Swedish")
        )
        fields["capability"].queryset = Capability.objects.order_by(by_label())
        for name, model in (("areas", Area), ("technologies", Technology)):
            fields[name].queryset = model.objects.choosable(self.initial.get(name, []))
        speakers = organisation.memberships.confirmed().values("member")
        ids = [member.pk if kept is None else kept.contact_id or 0]
        fields["contact"].queryset = (
            Member.objects.filter(pk__in=speakers) | Member.objects.filter(pk__in=ids)
        ).order_by("first_name", "last_name", "pk")
        widest = Visibility(about.visibility) if about else Visibility.PUBLIC
        choices = VISIBILITIES[VISIBILITIES.index(widest) :] if widest in VISIBILITIES else VISIBILITIES[-1:]
        self.widest = choices[0]
        fields["visibility"].choices = [(choice.value, choice.label) for choice in choices]
        if kept is None:
            self.initial = {"contact": member.pk, "visibility": self.widest, **self.initial}

    @property
    def first_field(self) -> forms.BoundField:
        return self[self.first]

    @property
    def second_field(self) -> forms.BoundField:
        return self[self.second]

    @property
    def is_unfolded(self) -> bool:
        """Whether a question beyond the first two has an error."""
        return bool(set(self.errors) - {self.first, "kind"})

    def clean_until(self) -> Any:
        until = self.cleaned_data["until"]
        if until and until != self.kept_until and until < timezone.localdate():
            raise forms.ValidationError(_("Choose a day that has not passed."))
        return until

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        is_sound = not {"text", "text_en"} & set(self.errors)
        if is_sound and not (data.get("text") or data.get("text_en")):
            self.add_error(self.first, _("Fill in this field."))
        return data

    def said(self) -> StatementInput:
        """Return the statement as typed."""
        values = {name: self.cleaned_data[name] for name in self.fields}
        return StatementInput(**{**values, "visibility": values["visibility"] or self.widest})

    @staticmethod
    def initial_of(statement: Statement) -> dict[str, Any]:
        """Initial values of the form for an existing statement."""
        plain = ("kind", "text", "text_en", "until", "visibility")
        return {
            **{name: getattr(statement, name) for name in plain},
            "capability": statement.capability.code if statement.capability else None,
            "contact": statement.contact_id,
            "areas": [term.code for term in statement.areas.all()],
            "technologies": [term.code for term in statement.technologies.all()],
        }


class LinesField(forms.CharField):
    """Several sentences, one a line. Cleans to a list without repetition."""

    widget = forms.Textarea(attrs={"rows": 3})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=(LONGEST + 2) * MOST_LINES, **kwargs)

    def to_python(self, value: Any) -> Any:
        lines = [line for raw in (super().to_python(value) or "").splitlines() if (line := one_line(raw))]
        return list(dict.fromkeys(lines))

    def validate(self, value: Any) -> None:
        if len(value) > MOST_LINES:
            raise forms.ValidationError(_("Write at most %(most)d lines here.") % {"most": MOST_LINES})
        if any(len(line) > LONGEST for line in value):
            raise forms.ValidationError(
                _("Each line may have at most %(most)d characters. Start a new line for each thing.")
                % {"most": LONGEST}
            )

    def run_validators(self, value: Any) -> None:
        super().run_validators("\n".join(value))


class LinesForm(forms.Form):
    """Offers and needs of a project, beside the project's own form: a statement for each line."""

    offers = LinesField(
        label=_("What can you share?"),
        help_text=_("Experience, texts, code, data, a study visit … One thing on each line."),
    )
    seeks = LinesField(
        label=_("What are you looking for?"),
        help_text=_(
            "The more precise you are, the better the partners we can suggest. One thing on each line."
        ),
    )

    def said(self, language: str, **common: Any) -> list[StatementInput]:
        """Return a statement for each line, written in the language. `common` are the fields that all share."""
        field = "text_en" if language == "en" else "text"
        return [
            StatementInput(kind=kind, **{field: line}, **common)
            for kind in ("offers", "seeks")
            for line in self.cleaned_data[kind]
        ]
