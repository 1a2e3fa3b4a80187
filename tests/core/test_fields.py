"""A name must contain a visible character and no invisible one."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from core.fields import NameFormField, PersonNameFormField, mixes_scripts

BLANK = ["\u200b\u2060", "\u3164", "\u200b\u2060\xad", "\u2800", "\u202e\u202c", "\u0301"]


@pytest.mark.parametrize("field", [NameFormField(), PersonNameFormField()])
@pytest.mark.parametrize("blank", BLANK)
def test_a_name_without_a_visible_character_is_refused(field: NameFormField, blank: str) -> None:
    with pytest.raises(ValidationError) as refused:
        field.clean(blank)
    assert refused.value.code == "invisible"


def test_invisible_characters_are_removed_from_a_title() -> None:
    assert NameFormField().clean(" Läck\xadsökning i\u200b  nätet ") == "Läcksökning i nätet"


@pytest.mark.parametrize("name", ["Berg\u200b", "Be\u00adrg", "Berg\u3164", "\u202eBerg", "Bergа"])
def test_a_member_name_that_looks_like_another_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        PersonNameFormField().clean(name)


@pytest.mark.parametrize(
    "name",
    [
        "Anna",
        "Åsa-Märta",
        "O’Brien",
        "Анна",
        "Γιώργος",
        "Łukasz",
        "von Ægir",
        "李",
        "山田たろう",
        "Kānaʻiaupuni",
        "Ana Яна",
        "Søren",
        "Đorđe",
        "Muñoz",
        "Annɑ",  # A Latin character of some African alphabets. The name may look like another Anna.
    ],
)
def test_real_names_of_members_are_accepted(name: str) -> None:
    assert PersonNameFormField().clean(name) == name
    assert not mixes_scripts(name)


@pytest.mark.parametrize("name", ["Grаnvik", "Αnna", "Βerg", "Annа-Karin"])
def test_a_word_with_letters_of_two_alphabets_is_found(name: str) -> None:
    assert mixes_scripts(name)


@pytest.mark.parametrize("field", [NameFormField(max_length=150), PersonNameFormField(max_length=150)])
def test_a_far_too_long_name_is_refused_before_its_characters_are_examined(field: NameFormField) -> None:
    with pytest.raises(ValidationError) as refused:
        field.clean("ﷺ\u200b" * 400)
    assert [error.code for error in refused.value.error_list] == ["max_length"]
