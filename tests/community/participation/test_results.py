"""Speakers of owners and adopters write down what they measured, and the subject's page adds it up."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from community.inventories.project_rows import clear
from community.organisations.merging import merge_organisations
from community.participation import services
from community.participation.models import Measure, Participation, Result, Role
from community.participation.seeding import seed_measures
from community.participation.services import MOST_RESULTS, ResultInput, TooManyResults
from community.projects.services import change_visibility, withdraw_participation
from core.refusals import NotAllowed
from subjects.models import Visibility
from tests.factories import (
    MemberFactory,
    MembershipFactory,
    OrganisationFactory,
    ParticipationFactory,
    ProjectFactory,
    ReferenceFactory,
    ResultFactory,
    UseCaseFactory,
)
from tests.factories.projects import speaker_for

pytestmark = pytest.mark.django_db

GIVEN = {"measure": "calls", "value": "12,5", "how_measured": "Växelns statistik."}


@pytest.fixture
def adopter() -> Participation:
    return ParticipationFactory(
        project=ProjectFactory(),
        organisation=OrganisationFactory(name="Norrsunds kommun", kind="municipality"),
    )


@pytest.fixture
def speaker(client: Client, adopter: Participation) -> Client:
    client.force_login(speaker_for(adopter.organisation))
    return client


def address(participation: Participation) -> str:
    return reverse("participation:results", args=[participation.pk])


def page_of(participation: Participation) -> str:
    return str(participation.subject.object.get_absolute_url())


def calls(participation: Participation, value: str, **fields: Any) -> Result:
    return ResultFactory(participation=participation, value=Decimal(value), **fields)


# Writing


def test_a_speaker_adds_a_result_with_a_decimal_comma(speaker: Client, adopter: Participation) -> None:
    form = {**GIVEN, "baseline": "Året innan", "n": "400", "period_start": "2024-01", "period_end": "2024-06"}
    answer = speaker.post(address(adopter), form, follow=True)
    assert "Norrsunds kommun" in answer.text
    made = adopter.measured_results.get()
    assert (made.value, made.unit, made.direction) == (Decimal("12.5"), "percent", "less")
    assert (made.n, made.period_start, made.period_end) == (400, "2024-01", "2024-06")
    page = speaker.get(page_of(adopter)).text
    assert "12,5\u00a0% färre samtal" in page
    assert "Växelns statistik." in page


def test_the_owners_speaker_adds_a_result_of_the_owner(client: Client) -> None:
    project = ProjectFactory()
    owner = project.subject.participations.get(role=Role.OWNER)
    client.force_login(project.author)
    assert address(owner) in client.get(project.get_absolute_url()).text
    client.post(address(owner), GIVEN)
    assert owner.measured_results.count() == 1


def test_a_result_is_changed_and_the_form_shows_it_as_it_was_typed(
    speaker: Client, adopter: Participation
) -> None:
    made = calls(adopter, "12.50")
    edit = reverse("participation:edit_result", args=[made.pk])
    assert 'value="12,5"' in speaker.get(edit).text
    speaker.post(edit, {**GIVEN, "value": "", "low": "11", "high": "26"})
    made.refresh_from_db()
    assert (made.value, made.low, made.high) == (None, 11, 26)


def test_a_result_is_removed_after_a_question(speaker: Client, adopter: Participation) -> None:
    made = calls(adopter, "18")
    delete = reverse("participation:delete_result", args=[made.pk])
    assert "18\u00a0% färre samtal" in speaker.get(delete).text
    assert adopter.measured_results.exists()
    speaker.post(delete)
    assert not adopter.measured_results.exists()


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("12,5", "12.5"),
        ("12.5", "12.5"),
        ("1 200", "1200"),
        ("1\u00a0200,75", "1200.75"),
        ("−3", "-3"),
        ("-3", "-3"),
    ],
)
def test_numbers_are_read_as_people_write_them(
    speaker: Client, adopter: Participation, typed: str, number: str
) -> None:
    speaker.post(address(adopter), {**GIVEN, "value": typed})
    assert adopter.measured_results.get().value == Decimal(number)


@pytest.mark.parametrize(
    ("changed", "field", "sv", "en"),
    [
        ({"measure": ""}, "measure", "Välj ett mått", "Choose a measure"),
        ({"other_measure": "Köer"}, "other_measure", "Töm det här fältet", "Empty this field"),
        ({"unit": "samtal"}, "unit", "Töm det här fältet", "Empty this field"),
        ({"value": ""}, "value", "Fyll i ett tal", "Fill in a number"),
        ({"value": "många"}, "value", "högst två decimaler", "at most two decimals"),
        ({"value": "1,200"}, "value", "högst två decimaler", "at most two decimals"),
        ({"value": "9" * 20}, "value", "högst två decimaler", "at most two decimals"),
        ({"low": "3"}, "low", "antingen ett tal", "either one number"),
        ({"value": "", "low": "3"}, "high", "både det lägsta", "both the lowest"),
        ({"value": "", "low": "5", "high": "3"}, "high", "inte vara lägre", "cannot be lower"),
        ({"how_measured": ""}, "how_measured", "Fyll i det här fältet", "Fill in this field"),
        ({"period_start": "mars"}, "period_start", "2025-03", "2025-03"),
        (
            {"period_start": "2025-03", "period_end": "2025-01"},
            "period_end",
            "före den första",
            "before the first",
        ),
    ],
)
def test_an_error_says_what_to_do_in_both_languages_and_keeps_what_was_typed(
    speaker: Client, adopter: Participation, changed: dict[str, str], field: str, sv: str, en: str
) -> None:
    for language, words in (("sv", sv), ("en", en)):
        with translation.override(language):
            answer = speaker.post(address(adopter), {**GIVEN, "baseline": "Kept as it is", **changed})
            assert words in " ".join(answer.context["form"].errors[field])
        assert answer.status_code == 422
        assert words in answer.text
        assert "Kept as it is" in answer.text
    assert not adopter.measured_results.exists()


def test_there_are_at_most_twenty_results_of_one_participation(
    speaker: Client, adopter: Participation
) -> None:
    for _n in range(MOST_RESULTS):
        calls(adopter, "1")
    answer = speaker.post(address(adopter), GIVEN)
    assert answer.status_code == 409
    assert 'value="12,5"' in answer.text
    with pytest.raises(TooManyResults):
        services.add_result(
            actor=speaker_for(adopter.organisation),
            participation=adopter,
            given=ResultInput(other_measure="One more", value=Decimal(1), how_measured="…"),
        )


@pytest.mark.parametrize("role", [Role.SUPPLIER, Role.PARTNER])
def test_results_are_those_of_owners_and_adopters_only(role: Role) -> None:
    row = ParticipationFactory(project=ProjectFactory(), role=role)
    with pytest.raises(NotAllowed):
        services.add_result(
            actor=speaker_for(row.organisation),
            participation=row,
            given=ResultInput(other_measure="Mine", value=Decimal(1), how_measured="…"),
        )


def test_a_record_of_an_inventory_takes_no_results(client: Client) -> None:
    row = ParticipationFactory(project=ReferenceFactory(), is_reference=True)
    client.force_login(speaker_for(row.organisation))
    assert client.post(address(row), GIVEN).status_code == 403
    assert not row.measured_results.exists()


def test_the_database_refuses_a_result_that_says_two_things(adopter: Participation) -> None:
    for fields in ({"low": 1, "high": 2}, {"other_measure": "Too"}, {"value": None, "low": 2, "high": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ResultFactory(participation=adopter, **fields)


def test_the_question_before_a_participation_ends_says_how_many_results_go(
    speaker: Client, adopter: Participation
) -> None:
    leave = reverse("projects:leave", args=[adopter.pk])
    assert "uppmät" not in speaker.get(leave).text
    calls(adopter, "18")
    calls(adopter, "20")
    assert "2 uppmätta resultat tas bort" in speaker.get(leave).text


# Reading


def three(project: Any, *values: str) -> list[Participation]:
    rows = [
        ParticipationFactory(project=project, organisation=OrganisationFactory(kind="municipality"))
        for _ in values
    ]
    for row, value in zip(rows, values, strict=True):
        calls(row, value)
    return rows


def test_the_page_of_a_project_shows_range_median_and_every_organisation(client: Client) -> None:
    project = ProjectFactory()
    rows = three(project, "12", "22", "31")
    page = client.get(project.get_absolute_url()).text
    assert "3 kommuner: 12–31\u00a0% färre samtal, median 22\u00a0%" in page
    for row in rows:
        assert page.count(row.organisation.name) >= 2
    assert "Counted in the switchboard" in page


def test_the_page_of_a_use_case_shows_the_same_in_each_language(client: Client) -> None:
    page = UseCaseFactory()
    for value in ("12", "22", "31"):
        calls(ParticipationFactory(work=page.work, organisation=OrganisationFactory(kind="region")), value)
    assert "3 organisationer: 12–31\u00a0% färre samtal, median 22\u00a0%" in client.get(page.url).text


def test_a_withdrawn_participation_counts_no_longer(
    client: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    project = ProjectFactory()
    rows = three(project, "12", "22", "31")
    assert "median" in client.get(project.get_absolute_url()).text
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_participation(actor=speaker_for(rows[0].organisation), participation=rows[0])
    page = client.get(project.get_absolute_url()).text
    assert "median" not in page
    assert rows[0].organisation.name not in page


def test_an_organisation_that_the_viewer_may_not_see_is_neither_counted_nor_named(client: Client) -> None:
    project = ProjectFactory()
    three(project, "12", "22")
    hidden = OrganisationFactory(audience=frozenset(), name="Hemliga verket")
    calls(ParticipationFactory(project=project, organisation=hidden), "99")
    page = client.get(project.get_absolute_url()).text
    assert "Hemliga verket" not in page
    assert "median" not in page
    assert "99\u00a0%" not in page


def test_results_of_a_hidden_project_are_hidden_from_others(client: Client, adopter: Participation) -> None:
    made = calls(adopter, "18")
    project = adopter.subject.object
    change_visibility(actor=project.author, project=project, to=Visibility.ORGANISATION)
    client.force_login(speaker_for(adopter.organisation))
    for name, pk in (("results", adopter.pk), ("edit_result", made.pk), ("delete_result", made.pk)):
        assert client.get(reverse(f"participation:{name}", args=[pk])).status_code == 404


def test_the_old_text_is_shown_until_there_is_a_measured_result(
    client: Client, adopter: Participation, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    adopter.results = "Ungefär var femte fråga."
    adopter.save()
    assert "Ungefär var femte fråga." in client.get(page_of(adopter)).text
    with django_capture_on_commit_callbacks(execute=True):
        calls(adopter, "18")
    page = client.get(page_of(adopter)).text
    assert "Ungefär var femte fråga." not in page
    assert "18\u00a0% färre samtal" in page
    client.force_login(speaker_for(adopter.organisation))
    assert "Ungefär var femte fråga." in client.get(address(adopter)).text


def test_a_cached_page_shows_a_new_result_and_a_reworded_measure(
    client: Client, adopter: Participation, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    for _ in range(2):
        assert "färre samtal" not in client.get(page_of(adopter)).text
    with django_capture_on_commit_callbacks(execute=True):
        calls(adopter, "18")
    for _ in range(2):
        assert "18\u00a0% färre samtal" in client.get(page_of(adopter)).text
    measure = Measure.objects.get(code="calls")
    measure.phrase_sv = "färre telefonsamtal"
    with django_capture_on_commit_callbacks(execute=True):
        measure.save()
    assert "18\u00a0% färre telefonsamtal" in client.get(page_of(adopter)).text


def test_the_number_of_queries_does_not_depend_on_the_number_of_results(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, django_assert_max_num_queries: Any
) -> None:
    project = ProjectFactory()
    client.force_login(MemberFactory())
    three(project, "12")
    client.get(project.get_absolute_url())
    with django_assert_max_num_queries(100) as few:
        client.get(project.get_absolute_url())
    for row in three(project, "1", "2", "3", "4", "5"):
        ResultFactory(participation=row, of="energy")
        ResultFactory(participation=row, measure=None, other_measure="Köer", unit="", direction="")
    with django_assert_max_num_queries(len(few)):
        client.get(project.get_absolute_url())


def test_the_api_shows_the_results_of_participations(client: Client, adopter: Participation) -> None:
    ResultFactory(participation=adopter, value=None, low=11, high=26, period_end="2024-06")
    rows = client.get(f"/api/v1/projects/{adopter.subject.object.pk}").json()["participations"]
    found = next(row for row in rows if row["role"] == "adopter")["measured_results"]
    assert [(row["measure"], row["value"], row["low"], row["high"]) for row in found] == [
        ("calls", None, 11, 26)
    ]
    assert (found[0]["unit"], found[0]["direction"], found[0]["period_end"]) == ("percent", "less", "2024-06")


# Other writers of participations


def test_merged_organisations_keep_the_results_of_both(adopter: Participation) -> None:
    keep = OrganisationFactory()
    kept = ParticipationFactory(project=adopter.subject.object, organisation=keep)
    calls(kept, "10")
    calls(adopter, "20")
    staff = MemberFactory(is_staff=True, is_superuser=True)
    merge_organisations(keep=keep, absorb=adopter.organisation, actor=staff)
    assert sorted(kept.measured_results.values_list("value", flat=True)) == [10, 20]


def test_a_new_import_replaces_a_participation_that_has_results() -> None:
    reference = ReferenceFactory()
    calls(ParticipationFactory(project=reference, is_reference=True), "10")
    clear([reference])
    assert not Result.objects.exists()


def test_the_measures_are_seeded_once_and_keep_the_words_of_the_editors() -> None:
    measure = Measure.objects.get(code="calls")
    measure.label_sv = "Telefonsamtal"
    measure.save()
    seed_measures()
    assert Measure.objects.get(code="calls").label_sv == "Telefonsamtal"
    assert Measure.objects.filter(code="hours_saved", unit="hours_year", direction="more").exists()


def test_an_editor_adds_a_measure_that_members_can_choose(client: Client, adopter: Participation) -> None:
    client.force_login(MemberFactory(is_staff=True, is_superuser=True))
    words = {
        "label_sv": "Väntetid",
        "label_en": "Waiting time",
        "phrase_sv": "kortare",
        "phrase_en": "shorter",
    }
    form = {"code": "waiting", "unit": "minutes", "direction": "less", **words}
    client.post(reverse("wagtailsnippets_participation_measure:add"), form)
    client.force_login(MembershipFactory(organisation=adopter.organisation).member)
    assert "Väntetid" in client.get(address(adopter)).text


def test_a_measure_with_results_cannot_be_deleted(client: Client, adopter: Participation) -> None:
    used, unused = calls(adopter, "18").measure, Measure.objects.get(code="waste")
    client.force_login(MemberFactory(is_staff=True, is_superuser=True))
    names = reverse("wagtailsnippets_participation_measure:list")
    several = f"{reverse('wagtail_bulk_action', args=['participation', 'measure', 'delete'])}?id={unused.pk}"
    for address in (
        reverse("wagtailsnippets_participation_measure:delete", args=[used.pk]),
        f"{several}&id={used.pk}",
    ):
        answer = client.post(address, follow=True)
        assert answer.redirect_chain == [(names, 302)]
        assert "Samtal" in str(next(iter(answer.context["messages"])))
    assert Measure.objects.filter(pk__in=[used.pk, unused.pk]).count() == 2
    client.post(several)
    assert not Measure.objects.filter(pk=unused.pk).exists()
