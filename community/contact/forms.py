from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import RequiredMessageMixin


class ContactForm(RequiredMessageMixin, forms.Form):
    """A message to the operators of the site."""

    text = forms.CharField(
        label=_("What do you want to say?"), max_length=5000, widget=forms.Textarea(attrs={"rows": 7})
    )
    page = forms.CharField(
        label=_("Which page is it about?"),
        max_length=300,
        required=False,
        help_text=_("Its address, or what it is called."),
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        required=False,
        help_text=_("Only if you want an answer."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class AccessibilityProblemForm(ContactForm):
    text = forms.CharField(
        label=_("What does not work?"),
        help_text=_(
            "Tell us what you wanted to do and what happened. If you use assistive technology, "
            "such as a screen reader, tell us which."
        ),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 7}),
    )
