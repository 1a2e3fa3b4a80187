from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from community.discussions.models import LONGEST_POST
from core.fields import check_name


class RemoveForm(forms.Form):
    why = forms.CharField(
        label=_("Why it is removed"),
        max_length=200,
        required=False,
        help_text=_("Optional. Staff can see this in the audit log. Do not repeat what the post said."),
    )


class PostForm(forms.Form):
    text = forms.CharField(
        label=_("Your post"),
        validators=[check_name],
        max_length=LONGEST_POST,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Markdown works: *emphasis*, **strong**, lists and links."),
        error_messages={"required": _("Write something first.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # The page has other forms too, so the ids of the fields need a prefix.
        super().__init__(*args, **{"auto_id": "post_%s", **kwargs})
