"""Names have Swedish order on every database: v before w, and å, ä, ö after z. English labels have English order."""

from __future__ import annotations

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import Client
from django.urls import reverse
from django.utils import translation

from community.organisations.models import Organisation
from core.sorting import by_label, by_name, sort_key
from knowledge.forms import PlaceField
from knowledge.models import Tag, Technology
from tests.factories import MemberFactory, MembershipFactory, OrganisationFactory

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

NAMES = [
    *("1177", "A B", "A-B", "AB", "Éda", "Eda kommun", "Ulm", "Vårgårda kommun", "Växjö kommun", "Wadköping"),
    *("Xi", "Ystad", "Über", "Yxan", "Zinkgruvan", "ålen", "Åmål", "Älvkarleby", "Ödeshög", "Öxabäck"),
]
ORDERED = [name for name in NAMES if name not in ("Über", "Yxan", "Éda")]


@pytest.mark.parametrize("size", [1, 7])
def test_the_database_sorts_and_pages_names_like_a_swedish_dictionary(size: int) -> None:
    for name in reversed(NAMES):
        Tag.objects.create(name=name)
    tags = Tag.objects.order_by(by_name())
    paged = [tag.name for page in Paginator(tags, size) for tag in page]
    assert [name for name in paged if name in ORDERED] == ORDERED
    assert paged.index("Éda") < paged.index("Ulm")
    assert paged.index("Yxan") < paged.index("Zinkgruvan"), "ü stands with y"


def test_lists_sorted_in_python_have_the_same_order() -> None:
    assert sorted({*ORDERED}, key=sort_key) == ORDERED


def test_organisations_have_that_order_in_every_list(client: Client) -> None:
    expected = ["Vihamnen", "Wahamnen", "Åhamnen", "Ähamnen", "Östra hamnen"]
    for number, name in enumerate(reversed(expected)):
        OrganisationFactory(name=name, slug=f"hamnen-{number}")
    page = client.get(reverse("organisations:list"), {"q": "hamnen"}).content.decode()
    assert sorted(expected, key=page.index) == expected
    offered = client.get(reverse("organisations:names"), {"organisation": "hamnen"}).content.decode()
    assert sorted(expected, key=offered.index) == expected
    assert list(Organisation.objects.filter(name__in=expected).values_list("name", flat=True)) == expected


def test_people_have_that_order(client: Client) -> None:
    organisation = OrganisationFactory()
    people = ["Wilma Ek", "Åsa Ek", "Örjan Ek", "Örjan Åberg"]
    for name in reversed(people):
        first_name, last_name = name.split()
        MembershipFactory(
            organisation=organisation, member=MemberFactory(first_name=first_name, last_name=last_name)
        )
    client.force_login(MemberFactory())
    page = client.get(organisation.get_absolute_url()).content.decode()
    assert sorted(people, key=page.index) == people


def test_places_have_that_order() -> None:
    labels = [place.label_sv for place in PlaceField().queryset]
    assert labels == sorted(labels, key=sort_key)
    assert labels.index("Vårgårda") < labels.index("Växjö") < labels.index("Åmål") < labels.index("Örebro")


@pytest.mark.parametrize("language", ["sv", "en"])
def test_terms_are_sorted_in_the_readers_language(language: str) -> None:
    with translation.override(language):
        labels = [term.label for term in Technology.objects.order_by(by_label())]
        template = Template("{% load sorting %}{% for term in terms|in_order %}{{ term }}|{% endfor %}")
        shown = template.render(Context({"terms": Technology.objects.all(), "autoescape": False}))
    assert labels == sorted(labels, key=lambda label: sort_key(label, language))
    assert shown.replace("&amp;", "&").rstrip("|").split("|") == labels
