from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.forms import RequiredMessageMixin


class SubscribeForm(RequiredMessageMixin, forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": _("Write an e-mail address, such as name@example.org.")},
    )


class LanguageForm(RequiredMessageMixin, forms.Form):
    language = forms.ChoiceField(label=_("We write to you in"), choices=settings.LANGUAGES)
