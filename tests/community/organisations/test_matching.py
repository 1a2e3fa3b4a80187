from __future__ import annotations

import pytest

from community.organisations.matching import OrganisationQuery, OrganisationResolver
from community.organisations.models import Alias, MergeCandidate, Organisation
from community.organisations.names import name_key
from knowledge.models import Place
from tests.factories import OrganisationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def sweden() -> int:
    return Place.objects.get(code="SE").pk


def resolve(*wanted: OrganisationQuery) -> tuple[list[Organisation], list[int]]:
    found, created = OrganisationResolver().resolve_or_create(wanted)
    return [Organisation.objects.get(pk=found[sought]) for sought in wanted], created


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Växjö kommun", "0780"),
        ("Vaxjo Kommun", "0780"),
        ("VÄXJÖ STAD", "0780"),
        ("Municipality of Växjö", "0780"),
        ("Vaxjo municipality", "0780"),
        ("Borås Stad", "1490"),
        ("Boras", "1490"),
        ("City of Gothenburg", "1480"),
        ("Gothenburg municipality", "1480"),
        ("Municipality of Dals-Ed", "1438"),
        ("Håbo kommun", "0305"),
        ("Habo kommun", "0643"),
        ("Region Västra Götaland", "r14"),
        ("The Stockholm Region", "r01"),
    ],
)
def test_a_public_body_is_found_in_several_spellings(sweden: int, name: str, code: str) -> None:
    (organisation,), created = resolve(OrganisationQuery(name, sweden))
    assert organisation.code == code
    assert not created


def test_a_public_code_alone_is_sufficient(sweden: int) -> None:
    (organisation,), _created = resolve(OrganisationQuery("Smålands pärla", sweden, code="0780"))
    assert organisation.name == "Växjö kommun"


def test_the_same_name_in_another_country_is_another_organisation(sweden: int) -> None:
    norway = Place.objects.get(code="NO").pk
    (organisation,), created = resolve(OrganisationQuery("Växjö kommun", norway))
    assert created == [organisation.pk]
    assert organisation.country_id == norway
    assert not MergeCandidate.objects.exists()


def test_a_company_named_after_a_town_is_not_its_municipality(sweden: int) -> None:
    (company,), created = resolve(OrganisationQuery("Nacka AB", sweden, kind="company"))
    assert created == [company.pk]
    (municipality,), created = resolve(OrganisationQuery("Nacka", sweden))
    assert municipality.code == "0182"


def test_a_name_without_a_country_is_created_and_put_on_the_merge_list(sweden: int) -> None:
    (organisation,), created = resolve(OrganisationQuery("Växjö kommun"))
    assert created == [organisation.pk]
    candidate = MergeCandidate.objects.get()
    assert (candidate.organisation, candidate.other.code, candidate.likeness) == (organisation, "0780", 1.0)


def test_two_spellings_of_one_new_name_are_one_organisation(sweden: int) -> None:
    found, created = resolve(
        OrganisationQuery("AI Sweden", sweden),
        OrganisationQuery("Ai  Sweden (AIS)", sweden),
        OrganisationQuery("AI-Sweden", sweden),
    )
    assert len({organisation.pk for organisation in found}) == len(created) == 1


def test_a_similar_name_is_created_and_put_on_the_merge_list(sweden: int) -> None:
    known = OrganisationFactory(name="Karolinska Institutet", country_id=sweden)
    (organisation,), created = resolve(OrganisationQuery("Karolinska Instituttet", sweden))
    assert created == [organisation.pk]
    candidate = MergeCandidate.objects.get()
    assert candidate.other == known
    assert 0.7 < candidate.likeness < 1


def test_names_that_share_only_their_common_words_are_not_put_on_the_list(sweden: int) -> None:
    resolve(
        *(
            OrganisationQuery(f"Högskolan för konst och teknik i {town}", sweden)
            for town in ("Visby", "Kiruna", "Malmö")
        )
    )
    assert not MergeCandidate.objects.exists()


def test_the_organisation_of_the_same_kind_is_chosen_among_similar_names(sweden: int) -> None:
    company = OrganisationFactory(name="Lyktan", kind="company", country_id=sweden, slug="lyktan-1")
    society = OrganisationFactory(name="Lyktan", kind="civil_society", country_id=sweden, slug="lyktan-2")
    for kind, meant in (("company", company), ("civil_society", society)):
        (organisation,), created = resolve(OrganisationQuery("Lyktan", sweden, kind))
        assert (organisation, created) == (meant, [])


def test_without_an_organisation_of_the_kind_one_is_created_and_put_on_the_merge_list(sweden: int) -> None:
    for number, kind in enumerate(("company", "civil_society")):
        OrganisationFactory(name="Lyktan", kind=kind, country_id=sweden, slug=f"lyktan-{number}")
    (first,), created = resolve(OrganisationQuery("Lyktan", sweden, "agency"))
    assert created == [first.pk]
    assert MergeCandidate.objects.filter(organisation=first, likeness=1).count() == 2
    (second,), created = resolve(OrganisationQuery("Lyktan", sweden, "agency"))
    assert (second, created) == (first, [])


def test_an_alias_finds_its_organisation(sweden: int) -> None:
    known = OrganisationFactory(name="Skatteverket", country_id=sweden)
    Alias.objects.create(organisation=known, name="Swedish Tax Agency", key=name_key("Swedish Tax Agency"))
    (organisation,), created = resolve(OrganisationQuery("The Swedish tax agency", sweden))
    assert (organisation, created) == (known, [])


def test_new_slugs_are_unique(sweden: int) -> None:
    norway = Place.objects.get(code="NO").pk
    found, _created = resolve(
        OrganisationQuery("Lyktan", sweden),
        OrganisationQuery("Lyktan", norway),
        OrganisationQuery("☃", sweden),
    )
    assert [organisation.slug for organisation in found] == ["lyktan", "lyktan-2", "organisation"]


def test_resolving_many_names_needs_no_more_queries_than_a_few(
    sweden: int, django_assert_max_num_queries: object
) -> None:
    index_tasks = 150 // 50  # enqueued with the change, fifty organisations to a task
    subjects = 5  # an insert, within two savepoints
    with django_assert_max_num_queries(8 + subjects + index_tasks):
        OrganisationResolver().resolve_or_create(
            [OrganisationQuery(f"Föreningen {number}", sweden) for number in range(150)]
        )


def test_each_municipality_has_the_key_of_its_short_name() -> None:
    for name in Organisation.objects.filter(kind="municipality").values_list("name", flat=True):
        assert name_key(name) == name_key(f"Municipality of {name.removesuffix(' kommun')}") or name_key(
            name
        ) == name_key(name.removesuffix("s kommun"))
