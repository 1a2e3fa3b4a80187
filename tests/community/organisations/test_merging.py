from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from community.discussions.services import thread_of
from community.organisations.matching import OrganisationQuery, OrganisationResolver
from community.organisations.merging import NotOne, dismiss_merge, merge_organisations, what_moves
from community.organisations.models import Alias, MergeCandidate, Organisation, PlannedOrganisation
from community.participation.models import Participation, Role
from community.projects.models import Project
from community.projects.services import adopt, change_visibility
from core.audience import organisation_token, viewer_for
from core.refusals import NotAllowed
from tests.factories import (
    MemberFactory,
    MembershipFactory,
    OrganisationFactory,
    ProjectFactory,
    StatementFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair() -> tuple[Organisation, Organisation]:
    """(keep, absorb)"""
    return OrganisationFactory(name="Skatteverket"), OrganisationFactory(name="Swedish Tax Agency")


@pytest.fixture
def staff() -> object:
    return MemberFactory(is_staff=True, is_superuser=True)


def test_merging_moves_all_rows_to_the_kept_organisation(
    pair: tuple[Organisation, Organisation], staff: object
) -> None:
    keep, absorb = pair
    membership = MembershipFactory(organisation=absorb)
    project = ProjectFactory(organisation=absorb, author=membership.member)
    statement = StatementFactory(organisation=absorb)
    merge_organisations(keep=keep, absorb=absorb, actor=staff)
    assert not Organisation.objects.filter(pk=absorb.pk).exists()
    for row in (project, statement, membership):
        row.refresh_from_db()
        assert row.organisation == keep
    assert list(Participation.objects.values_list("organisation", "role")) == [(keep.pk, Role.OWNER)]


def test_rows_that_both_organisations_have_are_kept_once(
    pair: tuple[Organisation, Organisation], staff: object
) -> None:
    keep, absorb = pair
    project = ProjectFactory()
    member = MembershipFactory(organisation=keep).member
    MembershipFactory(organisation=absorb, member=member)
    for organisation in pair:
        adopt(actor=member, organisation=organisation, subject=project)
    merge_organisations(keep=keep, absorb=absorb, actor=staff)
    assert project.subject.participations.filter(role=Role.ADOPTER).count() == 1
    assert keep.memberships.count() == 1


def test_members_of_both_organisations_see_projects_of_the_merged_organisation(
    pair: tuple[Organisation, Organisation], staff: object
) -> None:
    keep, absorb = pair
    outsider = MemberFactory()
    insider = MembershipFactory(organisation=keep).member
    author = MembershipFactory(organisation=absorb).member
    project = ProjectFactory(organisation=absorb, author=author)
    change_visibility(actor=author, project=project, to="organisation")
    merge_organisations(keep=keep, absorb=absorb, actor=staff)
    project.refresh_from_db()
    assert project.audience == {organisation_token(keep.pk)}
    assert thread_of(project).audience == project.audience
    for member in (insider, author):
        assert project in Project.objects.visible_to(viewer_for(member))
    assert project not in Project.objects.visible_to(viewer_for(outsider))


def test_older_versions_refer_to_the_kept_organisation(
    pair: tuple[Organisation, Organisation], staff: object
) -> None:
    keep, absorb = pair
    project = ProjectFactory(organisation=absorb)
    merge_organisations(keep=keep, absorb=absorb, actor=staff)
    version = project.revisions.get()
    assert version.content["organisation"] == keep.pk


def test_the_absorbed_name_becomes_an_alias(pair: tuple[Organisation, Organisation], staff: object) -> None:
    keep, absorb = pair
    merge_organisations(keep=keep, absorb=absorb, actor=staff)
    found, created = OrganisationResolver().resolve_or_create(
        [OrganisationQuery("Swedish Tax Agency", keep.country_id)]
    )
    assert (list(found.values()), created) == ([keep.pk], [])


def test_aliases_of_the_absorbed_organisation_are_inherited(
    pair: tuple[Organisation, Organisation], staff: object
) -> None:
    keep, absorb = pair
    last = OrganisationFactory(name="Tullverket")
    merge_organisations(keep=absorb, absorb=keep, actor=staff)
    merge_organisations(keep=last, absorb=absorb, actor=staff)
    assert {"Skatteverket", "Swedish Tax Agency"} == set(last.aliases.values_list("name", flat=True))


def test_the_kept_organisation_inherits_missing_fields(
    pair: tuple[Organisation, Organisation], staff: object
) -> None:
    keep, _absorb = pair
    body = Organisation.objects.get(code="0780")
    merge_organisations(keep=keep, absorb=body, actor=staff)
    keep.refresh_from_db()
    assert keep.code == "0780"
    assert not keep.is_reference


def test_two_public_bodies_cannot_be_merged(staff: object) -> None:
    habo, håbo = (Organisation.objects.get(code=code) for code in ("0643", "0305"))
    with pytest.raises(NotOne):
        merge_organisations(keep=habo, absorb=håbo, actor=staff)
    with pytest.raises(NotOne):
        merge_organisations(keep=habo, absorb=habo, actor=staff)
    assert Organisation.objects.filter(code__in=["0643", "0305"]).count() == 2


def test_only_staff_merge_and_dismiss(pair: tuple[Organisation, Organisation]) -> None:
    keep, absorb = pair
    candidate = MergeCandidate.objects.create(organisation=keep, other=absorb, likeness=0.8)
    for actor in (MembershipFactory(organisation=keep, role="admin").member, MemberFactory()):
        with pytest.raises(NotAllowed):
            merge_organisations(keep=keep, absorb=absorb, actor=actor)
        with pytest.raises(NotAllowed):
            dismiss_merge(candidate=candidate, actor=actor)
    assert Organisation.objects.filter(pk=absorb.pk).exists()
    assert not Alias.objects.filter(organisation=keep).exists()


@pytest.fixture
def editor(staff: object) -> Client:
    client = Client()
    client.force_login(staff)
    return client


def test_staff_merge_from_the_list(editor: Client, pair: tuple[Organisation, Organisation]) -> None:
    keep, absorb = pair
    candidate = MergeCandidate.objects.create(organisation=absorb, other=keep, likeness=0.8)
    page = editor.get(reverse("organisations_merge_list")).content.decode()
    assert keep.name in page
    assert absorb.name in page
    editor.post(reverse("organisations_merge_decide", args=[candidate.pk]), {"keep": "other"})
    assert list(Organisation.objects.filter(pk__in=[keep.pk, absorb.pk])) == [keep]
    assert not MergeCandidate.objects.exists()


def test_a_dismissed_pair_leaves_the_list_and_is_not_suggested_again(
    editor: Client, pair: tuple[Organisation, Organisation]
) -> None:
    keep, absorb = pair
    candidate = MergeCandidate.objects.create(organisation=absorb, other=keep, likeness=0.8)
    editor.post(reverse("organisations_merge_decide", args=[candidate.pk]), {"keep": ""})
    assert absorb.name not in editor.get(reverse("organisations_merge_list")).content.decode()
    MergeCandidate.objects.bulk_create(
        [MergeCandidate(organisation=absorb, other=keep, likeness=0.8)], ignore_conflicts=True
    )
    assert not MergeCandidate.objects.waiting().exists()
    assert Organisation.objects.filter(pk=absorb.pk).exists()


def test_members_have_no_access_to_the_list(client: Client, pair: tuple[Organisation, Organisation]) -> None:
    keep, absorb = pair
    candidate = MergeCandidate.objects.create(organisation=absorb, other=keep, likeness=0.8)
    client.force_login(MemberFactory())
    assert client.get(reverse("organisations_merge_list")).status_code in (302, 403)
    client.post(reverse("organisations_merge_decide", args=[candidate.pk]), {"keep": "other"})
    assert Organisation.objects.filter(pk=absorb.pk).exists()


def test_the_list_needs_no_more_queries_for_more_pairs(
    editor: Client, django_assert_max_num_queries: object
) -> None:
    def pairs(number: int) -> None:
        for _n in range(number):
            MergeCandidate.objects.create(
                organisation=OrganisationFactory(), other=OrganisationFactory(), likeness=0.8
            )

    pairs(2)
    editor.get(reverse("organisations_merge_list"))
    with django_assert_max_num_queries(40) as few:
        editor.get(reverse("organisations_merge_list"))
    pairs(20)
    with django_assert_max_num_queries(len(few)):
        editor.get(reverse("organisations_merge_list"))


def test_merging_asks_for_confirmation_and_shows_what_moves(
    editor: Client, pair: tuple[Organisation, Organisation]
) -> None:
    keep, absorb = pair
    candidate = MergeCandidate.objects.create(organisation=absorb, other=keep, likeness=0.8)
    for _n in range(2):
        MembershipFactory(organisation=absorb)
    ProjectFactory(organisation=absorb)
    url = reverse("organisations_merge_decide", args=[candidate.pk]) + "?keep=other"
    assert f'href="{url}"' in editor.get(reverse("organisations_merge_list")).text
    page = editor.get(url).text
    for words in (
        "2 medlemmar",
        "1 projekt",
        f"”{absorb.name}” blir en del av ”{keep.name}”",
        'value="other"',
    ):
        assert words in page
    assert Organisation.objects.filter(pk=absorb.pk).exists(), "opening the page changes nothing"
    outsider = Client()
    outsider.force_login(MembershipFactory(organisation=keep, role="admin").member)
    assert "medlemmar" not in outsider.get(url).text


@pytest.mark.parametrize("query", ["", "?keep=", "?keep=both", "?keep=organisation&keep=x"])
def test_an_invalid_choice_of_organisation_redirects_to_the_list(
    editor: Client, pair: tuple[Organisation, Organisation], query: str
) -> None:
    keep, absorb = pair
    candidate = MergeCandidate.objects.create(organisation=absorb, other=keep, likeness=0.8)
    answer = editor.get(reverse("organisations_merge_decide", args=[candidate.pk]) + query)
    assert answer["Location"] == reverse("organisations_merge_list")


def test_the_confirmation_names_each_kind_of_row_that_moves_except_plans(
    pair: tuple[Organisation, Organisation],
) -> None:
    named = {"membership", "project", "participation", "stagechange", "statement"}
    assert what_moves(pair[0]).keys() == named, "name the new kind in merge_ask.html"


def test_a_plan_to_join_the_absorbed_organisation_moves_to_the_kept_one(
    pair: tuple[Organisation, Organisation], staff: object
) -> None:
    keep, absorb = pair
    plan = PlannedOrganisation.objects.create(member=MemberFactory(), name=absorb.name, known=absorb)
    merge_organisations(keep=keep, absorb=absorb, actor=staff)
    plan.refresh_from_db()
    assert plan.known == keep


def test_two_public_bodies_are_refused_before_the_confirmation(editor: Client) -> None:
    habo, håbo = Organisation.objects.filter(code__in=["0643", "0305"])
    candidate = MergeCandidate.objects.create(organisation=habo, other=håbo, likeness=0.8)
    answer = editor.get(
        reverse("organisations_merge_decide", args=[candidate.pk]), {"keep": "other"}, follow=True
    )
    assert answer.redirect_chain == [(reverse("organisations_merge_list"), 302)]
    assert "två olika" in answer.text
