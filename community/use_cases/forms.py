from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from community.members.models import Member
from community.projects.forms import OrganisationField, organisation_field
from knowledge.forms import UseCaseForm
from knowledge.models import ANSWER_LENGTH


class UseCaseDraftForm(UseCaseForm):
    """A use case and its organisation; with an answer to the editors where they have sent it back (`is_sent_back`)."""

    NOT_COUNTED = (*UseCaseForm.NOT_COUNTED, "answer")

    organisation = OrganisationField()
    answer = forms.CharField(
        label=_("Your answer to the editors"),
        max_length=ANSWER_LENGTH,
        required=False,
        help_text=_("They get it when you save or send the use case."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(
        self, *args: Any, member: Member, is_new: bool = True, is_sent_back: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        organisation_field(self).offer(member)
        if not is_new:
            del self.fields["organisation"]
        if not is_sent_back:
            del self.fields["answer"]
