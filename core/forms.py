from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from core.refusals import Refusal


class RequiredMessageMixin(forms.BaseForm):
    """Mixed into a form: a required field that is empty gets an error message in plain words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            is_choice = isinstance(field, forms.ChoiceField)
            field.error_messages["required"] = (
                _("Choose an option.") if is_choice else _("Fill in this field.")
            )


class RefusedError(ValidationError):
    """The error of a form whose service refused."""

    def __init__(self, refusal: Refusal, sentence: str = "") -> None:
        super().__init__(sentence or str(refusal))
        self.status = refusal.status


@contextmanager
def refusals_in_form(form: forms.BaseForm, field: str | None = None) -> Iterator[None]:
    """Turn a refusal into an error of the form: at `field`, or above all fields.

    The block ends with `return` where the service succeeded. The code after the block shows the form again.
    """
    try:
        yield
    except Refusal as refusal:
        form.add_error(field, RefusedError(refusal))


@contextmanager
def refusals_as_messages(request: HttpRequest) -> Iterator[None]:
    """Turn a refusal into a message on the next page, for a button that has no form of its own to show again."""
    try:
        yield
    except Refusal as refusal:
        messages.error(request, str(refusal))


def form_status(*shown: forms.BaseForm) -> int:
    """Return the status of a page that shows these forms: 200, or the refusal's where a service refused, or 422 where
    the input of one is not valid."""
    errors = [error for form in shown for several in form.errors.as_data().values() for error in several]
    refused = [error.status for error in errors if isinstance(error, RefusedError)]
    return next(iter(refused), HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK)


def form_page(
    request: HttpRequest,
    template: str,
    form: forms.BaseForm,
    context: Mapping[str, Any] | None = None,
    *,
    beside: forms.BaseForm | None = None,
) -> HttpResponse:
    """Render a page with the form, which is `form` in the template. Bound fields keep their input.

    `beside` is a second form on the same page, which the context has too."""
    status = form_status(form, *([beside] if beside else []))
    return render(request, template, {**(context or {}), "form": form}, status=status)
