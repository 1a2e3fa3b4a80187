from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class RequiredMessageMixin(forms.BaseForm):
    """Mixed into a form: a missing answer is asked for by an instruction."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            is_choice = isinstance(field, forms.ChoiceField)
            field.error_messages["required"] = (
                _("Choose an option.") if is_choice else _("Fill in this field.")
            )
