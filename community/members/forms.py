from __future__ import annotations

from django import forms

from community.members.models import Member


class ProfileForm(forms.ModelForm):
    class Meta:
        model = Member
        fields = ["first_name", "last_name", "title"]
