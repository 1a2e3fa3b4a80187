from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from django import forms

from community.members.models import Member


class SignInForm(LoginForm):
    """The label says it once; the way to a forgotten password stands beside the button."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class ProfileForm(forms.ModelForm):
    class Meta:
        model = Member
        fields = ["first_name", "last_name", "title"]
