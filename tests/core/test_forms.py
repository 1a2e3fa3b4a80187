"""How a view answers with a form: it keeps what was written, and the status says why the form is shown again."""

from __future__ import annotations

import pytest
from django import forms
from django.contrib.messages import get_messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.test import RequestFactory

from core.forms import RefusedError, form_status, refusals_as_messages, refusals_in_form
from core.limits import TooMany
from core.refusals import NotAllowed, Refusal


class NameForm(forms.Form):
    name = forms.CharField(max_length=5)


def refused(refusal: Refusal, field: str | None = None) -> NameForm:
    form = NameForm({"name": "Anna"})
    assert form.is_valid()
    with refusals_in_form(form, field):
        raise refusal
    return form


def test_an_unsent_form_and_a_valid_form_answer_200() -> None:
    assert form_status(NameForm()) == 200
    assert form_status(NameForm({"name": "Anna"})) == 200


@pytest.mark.parametrize("written", ["", "Anna Ek"])
def test_an_invalid_form_answers_422_and_keeps_what_was_written(written: str) -> None:
    form = NameForm({"name": written})
    assert form_status(form) == 422
    assert form["name"].value() == written


@pytest.mark.parametrize(
    ("refusal", "status"), [(NotAllowed("No."), 403), (Refusal("Taken."), 409), (TooMany(60), 429)]
)
@pytest.mark.parametrize("field", [None, "name"])
def test_a_refused_form_shows_the_reason_with_the_status_of_the_refusal(
    refusal: Refusal, status: int, field: str | None
) -> None:
    form = refused(refusal, field)
    assert form_status(form) == status
    assert form.errors[field or "__all__"] == [str(refusal)]
    assert form["name"].value() == "Anna"


def test_a_view_may_replace_the_words_of_a_refusal() -> None:
    form = NameForm({"name": "Anna"})
    form.add_error("name", RefusedError(NotAllowed("No."), "Sign in first."))
    assert (form_status(form), form.errors["name"]) == (403, ["Sign in first."])


def test_other_errors_are_not_caught() -> None:
    with pytest.raises(LookupError), refusals_in_form(NameForm({"name": "Anna"})):
        raise LookupError


def test_a_refusal_becomes_a_message_where_there_is_no_form_to_show(rf: RequestFactory) -> None:
    request = rf.post("/")
    request.session = {}
    request._messages = FallbackStorage(request)
    with refusals_as_messages(request):
        raise Refusal("Somebody has answered already.")
    assert [str(message) for message in get_messages(request)] == ["Somebody has answered already."]
