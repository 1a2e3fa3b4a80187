"""Views of projects: writing, concurrent editing, history, participation and visibility."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from community.participation.models import Participation, Role
from community.projects import services
from community.projects.models import Project
from community.projects.services import change_visibility
from community.projects.views.projects import seen_by
from core.refusals import NotAllowed
from knowledge.models import Area, Work
from tests.factories import (
    GuideFactory,
    MemberFactory,
    MembershipFactory,
    OrganisationFactory,
    ParticipationFactory,
    ProjectFactory,
    ReferenceFactory,
    UseCaseFactory,
)

pytestmark = pytest.mark.django_db

CARD = {"title": "Sortera inkommande post", "stage": "pilot", "language": "sv", "benefit": "Snabbare svar."}


def signed_in(member: Any) -> Client:
    client = Client()
    client.force_login(member)
    return client


def edit_url(project: Project) -> str:
    return reverse("projects:edit", args=[project.pk])


def form_of(client: Client, project: Project) -> dict[str, Any]:
    """Return the fields that the unchanged form would send."""
    form = client.get(edit_url(project)).context["form"]
    return {name: form[name].value() for name in form.fields if form[name].value() not in (None, [])}


def test_a_member_writes_and_publishes_a_project_that_is_listed() -> None:
    membership = MembershipFactory()
    client = signed_in(membership.member)
    answers = {
        **CARD,
        "organisation": membership.organisation.slug,
        "areas": ["05"],
        "tags": "Post, post, arkiv ",
    }
    response = client.post(reverse("projects:write"), {**answers, "publish": "1"}, follow=True)
    project = Project.objects.get()
    assert response.redirect_chain == [(project.get_absolute_url(), 302)]
    assert {tag.name for tag in project.tags.all()} == {"post", "arkiv"}
    assert project.contact == membership.member
    page = Client().get(reverse("projects:list")).content.decode()
    assert "Sortera inkommande post" in page
    assert membership.organisation.name in page


def test_other_readers_find_no_trace_of_a_draft() -> None:
    draft = ProjectFactory(title="Hemligt försök", publish=False)
    url = draft.get_absolute_url()
    assert Client().get(url).status_code == 404
    assert signed_in(MemberFactory()).get(url).status_code == 404
    assert "Hemligt försök" not in Client().get(reverse("projects:list")).content.decode()
    assert "Hemligt försök" not in Client().get(draft.organisation.get_absolute_url()).content.decode()
    assert signed_in(draft.author).get(url).status_code == 200
    assert "Hemligt försök" in signed_in(draft.author).get(reverse("projects:mine")).content.decode()


def test_a_waiting_member_who_publishes_gets_a_draft_and_a_message() -> None:
    waiting = MembershipFactory(waiting=True)
    client = signed_in(waiting.member)
    assert 'name="publish"' not in client.get(reverse("projects:write")).content.decode()
    answers = {**CARD, "organisation": waiting.organisation.slug}
    response = client.post(reverse("projects:write"), {**answers, "publish": "1"}, follow=True)
    project = Project.objects.get()
    assert (project.live, project.title) == (False, CARD["title"])
    assert Client().get(project.get_absolute_url()).status_code == 404
    (message,) = response.context["messages"]
    assert waiting.organisation.name in str(message)
    client.post(edit_url(project), {**form_of(client, project), "title": "Sortera mera", "publish": "1"})
    project.refresh_from_db()
    assert (project.live, project.title) == (False, "Sortera mera")


@pytest.mark.parametrize("form", ["new", "draft", "public", "use case"])
def test_the_enter_key_never_publishes(form: str) -> None:
    """The Enter key in a text field presses the form's first button."""
    member = MembershipFactory().member
    if form in ("new", "use case"):
        url = reverse("projects:write" if form == "new" else "use_cases:write")
    else:
        project = ProjectFactory(publish=form == "public")
        member, url = project.author, edit_url(project)
    page = signed_in(member).get(url).content.decode()
    buttons = re.findall(r'<button[^>]*name="(draft|publish|submit)"', page)
    assert buttons[0] == "draft"
    assert len(buttons) == 2


def test_only_editors_of_a_project_see_its_unpublished_changes() -> None:
    project = ProjectFactory(title="Som den är")
    client, reader = signed_in(project.author), signed_in(MemberFactory())
    client.post(edit_url(project), {**form_of(client, project), "title": "Som den blir", "draft": "1"})
    discard = reverse("projects:discard", args=[project.pk])
    assert discard in client.get(project.get_absolute_url()).content.decode()
    assert discard not in reader.get(project.get_absolute_url()).content.decode()
    assert reader.post(discard).status_code == 403
    assert client.get(discard).status_code == 405
    steps = client.get(reverse("projects:history", args=[project.pk])).context["steps"]
    assert [(step["is_latest"], step["is_public"]) for step in steps] == [(True, False), (False, True)]

    client.post(discard)
    assert discard not in client.get(project.get_absolute_url()).content.decode()
    assert form_of(client, project)["title"] == "Som den är"
    assert len(client.get(reverse("projects:history", args=[project.pk])).context["steps"]) == 2


def test_a_project_is_withdrawn_and_published_again() -> None:
    project = ProjectFactory()
    client, url = signed_in(project.author), reverse("projects:withdraw", args=[project.pk])
    for other in (Client(), signed_in(MembershipFactory().member)):
        assert other.post(url).status_code in (302, 403)
        project.refresh_from_db()
        assert project.live
    client.get(url)
    project.refresh_from_db()
    assert project.live, "the page only asks for confirmation"
    assert client.post(url, follow=True).status_code == 200
    assert Client().get(project.get_absolute_url()).status_code == 404
    assert client.get(project.get_absolute_url()).status_code == 200
    client.post(edit_url(project), {**form_of(client, project), "publish": "1"})
    assert Client().get(project.get_absolute_url()).status_code == 200


def test_errors_are_listed_at_the_top_with_links_to_their_fields() -> None:
    membership = MembershipFactory()
    page = signed_in(membership.member).post(
        reverse("projects:write"), {**CARD, "title": "", "stage": "retired"}
    )
    text = page.content.decode()
    summary = text.partition('role="alert"')[2].partition("</ul>")[0]
    for name in ("title", "organisation", "stop_reason"):
        assert f'href="#id_{name}"' in summary
        assert f'id="id_{name}"' in text
    assert re.search(r"<title>\s*Fel: ", text)


def test_a_member_cannot_write_for_another_organisation() -> None:
    client = signed_in(MembershipFactory().member)
    response = client.post(
        reverse("projects:write"), {**CARD, "organisation": OrganisationFactory().slug, "publish": "1"}
    )
    assert list(response.context["form"].errors) == ["organisation"]
    assert not Project.objects.exists()


def test_a_stopped_project_needs_a_reason() -> None:
    membership = MembershipFactory()
    answers = {**CARD, "organisation": membership.organisation.slug, "stage": "retired", "publish": "1"}
    response = signed_in(membership.member).post(reverse("projects:write"), answers)
    assert list(response.context["form"].errors) == ["stop_reason"]


def test_a_project_derived_from_a_guide_shows_the_guide() -> None:
    guide, membership = GuideFactory(title="Att börja"), MembershipFactory()
    client = signed_in(membership.member)
    url = reverse("projects:write") + f"?from={guide.work_id}"
    assert "Att börja" in client.get(url).content.decode()
    client.post(url, {**CARD, "organisation": membership.organisation.slug, "publish": "1"})
    project = Project.objects.get()
    assert project.derived_from_id == guide.work_id
    assert "Att börja" in client.get(project.get_absolute_url()).content.decode()


@pytest.mark.parametrize("number", ["x", "-1", "0", "99999999999999999999999", "1; DROP", "²"])
def test_an_invalid_source_of_a_new_project_is_ignored(number: str) -> None:
    client = signed_in(MembershipFactory().member)
    assert client.get(reverse("projects:write"), {"from": number}).status_code == 200


def test_a_hidden_source_of_a_new_project_is_not_shown() -> None:
    draft = GuideFactory(title="Inte klar", live=False)
    page = signed_in(MembershipFactory().member).get(reverse("projects:write"), {"from": draft.work_id})
    assert "Inte klar" not in page.content.decode()


# --- editing


def test_saving_the_unchanged_form_keeps_the_content() -> None:
    project = ProjectFactory(areas=[Area.objects.get(code="05")], tags=["avfall"], description="**Så här**")
    client = signed_in(project.author)
    client.post(edit_url(project), {**form_of(client, project), "publish": "1"})
    after = Project.objects.get(pk=project.pk)
    assert [area.code for area in after.areas.all()] == ["05"]
    assert [tag.name for tag in after.tags.all()] == ["avfall"]
    assert (after.title, after.description, after.stage) == (project.title, "**Så här**", project.stage)


def test_a_concurrent_edit_is_refused_and_shows_both_versions() -> None:
    project = ProjectFactory(title="Från början", benefit="Först")
    colleague = MembershipFactory(organisation=project.organisation).member
    anna, bo = signed_in(project.author), signed_in(colleague)
    annas, bos = form_of(anna, project), form_of(bo, project)
    assert anna.post(edit_url(project), {**annas, "title": "Annas titel", "publish": "1"}).status_code == 302

    stopped = bo.post(edit_url(project), {**bos, "benefit": "Bos nytta", "publish": "1"})
    page = stopped.content.decode()
    assert stopped.status_code == 409
    assert [(change.before, change.after) for change in stopped.context["changes"]] == [
        ("Från början", "Annas titel")
    ]
    assert "Annas titel" in page, "the change of the other member"
    assert "Bos nytta" in page, "the member's own text"
    project.refresh_from_db()
    assert (project.title, project.benefit) == ("Annas titel", "Först")

    again = stopped.context["form"]
    merged = {
        **bos,
        "benefit": "Bos nytta",
        "title": "Annas titel",
        "seen_revision": again["seen_revision"].value(),
    }
    assert bo.post(edit_url(project), {**merged, "publish": "1"}).status_code == 302
    project.refresh_from_db()
    assert (project.title, project.benefit) == ("Annas titel", "Bos nytta")


def test_an_old_address_redirects_to_the_new_one() -> None:
    project = ProjectFactory(title="Gammal titel")
    old = project.get_absolute_url()
    Project.objects.filter(pk=project.pk).update(title="Ny titel")
    response = Client().get(old)
    assert response.status_code == 302, "temporary, because the title may change back"
    assert response["Location"] == Project.objects.get().get_absolute_url()


def test_the_history_shows_changes_and_restores_a_version() -> None:
    project = ProjectFactory(title="Ett", areas=[Area.objects.get(code="05")])
    client = signed_in(project.author)
    first = project.latest_revision_id
    answers = {**form_of(client, project), "title": "Två", "areas": ["07"], "tags": "ny", "publish": "1"}
    client.post(edit_url(project), answers)
    url = reverse("projects:history", args=[project.pk])
    steps = client.get(url).context["steps"]
    assert [step["is_first"] for step in steps] == [False, True]
    assert [step["is_public"] for step in steps] == [True, False]
    changed = {change.before: change.after for change in steps[0]["changes"]}
    assert changed == {
        "Ett": "Två",
        Area.objects.get(code="05").label: Area.objects.get(code="07").label,
        "": "ny",
    }
    assert steps[1]["changes"] == []

    restore = reverse("projects:restore", args=[project.pk, first])
    assert client.get(restore).status_code == 405
    assert client.post(restore).status_code == 302
    assert Project.objects.get(pk=project.pk).title == "Ett"
    assert len(client.get(url).context["steps"]) == 3


def test_history_and_restoring_need_the_permission_to_edit() -> None:
    project, other = ProjectFactory(), ProjectFactory()
    stranger = signed_in(MemberFactory())
    assert stranger.get(reverse("projects:history", args=[project.pk])).status_code == 403
    assert (
        stranger.post(reverse("projects:restore", args=[project.pk, project.latest_revision_id])).status_code
        == 403
    )
    author = signed_in(project.author)
    foreign = reverse("projects:restore", args=[project.pk, other.latest_revision_id])
    assert author.post(foreign).status_code == 404, "a version of another project"


# --- participation


@pytest.mark.parametrize("kind", ["project", "work"])
def test_a_member_adds_the_organisation_as_an_adopter_once(kind: str) -> None:
    subject = ProjectFactory() if kind == "project" else Work.objects.get(pk=GuideFactory().work_id)
    ours = MembershipFactory()
    client = signed_in(ours.member)
    url = reverse("projects:adopt" if kind == "project" else "projects:adopt_work", args=[subject.pk])
    answers = {"organisation": ours.organisation.slug, "stage": "pilot", "note": "Bara växeln"}
    assert client.post(url, answers)["Location"] == subject.get_absolute_url()
    adopter = Participation.objects.get(role=Role.ADOPTER)
    assert (adopter.subject, adopter.organisation) == (subject.subject, ours.organisation)
    again = client.post(url, answers)
    assert again.status_code == 409
    assert again.context["form"].non_field_errors()
    assert Participation.objects.filter(role=Role.ADOPTER).count() == 1


@pytest.mark.parametrize("to", ["public", "members", "organisation"])
def test_the_page_shows_the_visibility_to_members_who_may_change_it(to: str) -> None:
    project = ProjectFactory()
    client, url = signed_in(project.author), reverse("projects:visibility", args=[project.pk])
    sentences = {
        "public": "Everyone can see the project.",
        "members": "Only members who have signed in can see the project.",
        "organisation": f"Only those who represent {project.organisation.name} can see the project.",
    }
    with translation.override("en"):
        page = client.post(url, {"to": to}, follow=True, headers={"accept-language": "en"})
    project.refresh_from_db()
    assert str(page.context["seen_by"]) in page.content.decode()
    with translation.override("en"):
        assert seen_by(project) == sentences[to]
        ParticipationFactory(project=project, organisation=OrganisationFactory(), role="partner")
        assert ("or a partner" in seen_by(project)) == (to == "organisation")
    assert url in page.content.decode(), "the page links to the form"
    if to == "public":
        assert url not in Client().get(project.get_absolute_url()).content.decode()


@pytest.mark.parametrize("kind", ["project", "work"])
def test_an_adopter_gets_links_to_update_or_end_its_participation(kind: str) -> None:
    subject = ProjectFactory() if kind == "project" else Work.objects.get(pk=UseCaseFactory().work_id)
    ours = MembershipFactory()
    client, reader = signed_in(ours.member), signed_in(MembershipFactory().member)
    adopt = reverse("projects:adopt" if kind == "project" else "projects:adopt_work", args=[subject.pk])
    place = {"project": subject} if kind == "project" else {"project": None, "work": subject}
    theirs = ParticipationFactory(**place, organisation=ours.organisation, role=Role.ADOPTER)
    update, leave = (
        reverse(f"projects:{name}", args=[theirs.pk]) for name in ("update_participation", "leave")
    )
    page = client.get(subject.get_absolute_url()).content.decode()
    assert update in page
    assert leave in page
    assert adopt not in page
    for other in (reader, Client()):
        page = other.get(subject.get_absolute_url()).content.decode()
        assert adopt in page
        assert update not in page


def test_a_member_of_two_organisations_can_add_the_second_as_an_adopter() -> None:
    project, ours = ProjectFactory(), MembershipFactory()
    MembershipFactory(member=ours.member)
    ParticipationFactory(project=project, organisation=ours.organisation, role=Role.ADOPTER)
    page = signed_in(ours.member).get(project.get_absolute_url()).content.decode()
    assert reverse("projects:adopt", args=[project.pk]) in page


def test_the_form_to_update_a_participation_holds_its_values() -> None:
    project, ours = ProjectFactory(), MembershipFactory()
    theirs = ParticipationFactory(
        project=project, organisation=ours.organisation, role=Role.ADOPTER, stage="pilot", note="Bara växeln"
    )
    client, url = signed_in(ours.member), reverse("projects:update_participation", args=[theirs.pk])
    form = client.get(url).context["form"]
    assert (form["stage"].value(), form["note"].value()) == ("pilot", "Bara växeln")
    response = client.post(url, {"stage": "in_use", "note": "Hela kommunen"})
    assert response["Location"] == project.get_absolute_url()
    theirs.refresh_from_db()
    assert (theirs.stage, theirs.note) == ("in_use", "Hela kommunen")
    assert client.post(url, {"stage": "hopp"}).context["form"].errors
    assert signed_in(project.author).get(url).status_code == 403


def test_adopters_are_shown_on_the_pages_of_the_project_and_the_organisation() -> None:
    project, ours = ProjectFactory(title="Sortera post"), MembershipFactory()
    client = signed_in(ours.member)
    client.post(
        reverse("projects:adopt", args=[project.pk]),
        {"organisation": ours.organisation.slug, "stage": "pilot"},
    )
    assert ours.organisation.name in Client().get(project.get_absolute_url()).content.decode()
    assert "Sortera post" in Client().get(ours.organisation.get_absolute_url()).content.decode()


def test_a_reference_record_shows_its_source_and_cannot_be_edited() -> None:
    record = ReferenceFactory(provenance__licence="CC BY 4.0")
    member = MembershipFactory(organisation=record.organisation).member
    page = Client().get(record.get_absolute_url()).content.decode()
    for text in ("European Commission, Public Sector Tech Watch", "CC BY 4.0", f"PSTW-{record.pk}"):
        assert text in page
    assert edit_url(record) not in signed_in(member).get(record.get_absolute_url()).content.decode()
    assert signed_in(member).post(edit_url(record), CARD).status_code == 403
    assert record.title not in Client().get(reverse("projects:list")).content.decode()


def test_text_of_members_is_escaped() -> None:
    attack = "<script>alert(1)</script>"
    project = ProjectFactory(title=attack, benefit=attack, description=attack, offers=attack, tags=["x'><b>"])
    page = Client().get(project.get_absolute_url()).content.decode()
    assert attack not in page
    assert "<b>" not in page


def test_a_member_changes_the_visibility_on_its_own_page() -> None:
    project = ProjectFactory()
    author, stranger = signed_in(project.author), signed_in(MemberFactory())
    address = reverse("projects:visibility", args=[project.pk])
    assert author.get(address).context["form"]["to"].value() == "public"
    assert stranger.get(address).status_code == 403
    seen = {"public": (200, 200, 200), "members": (404, 200, 200), "organisation": (404, 404, 200)}
    for to, answers in seen.items():
        assert author.post(address, {"to": to}).status_code == 302
        page = f"{project.get_absolute_url()}?fresh=1"  # A test never commits, so cached pages stay.
        assert tuple(one.get(page).status_code for one in (Client(), stranger, author)) == answers
    assert (
        reverse("projects:visibility", args=[project.pk])
        in author.get(project.get_absolute_url()).content.decode()
    )
    assert author.post(address, {"to": "nobody"}).status_code == 422, "an unknown choice changes nothing"


def test_staff_who_hide_a_project_from_themselves_are_redirected_to_their_own_page() -> None:
    project = ProjectFactory()
    staff = signed_in(MemberFactory(is_staff=True))
    response = staff.post(reverse("projects:visibility", args=[project.pk]), {"to": "organisation"})
    assert response["Location"] == reverse("projects:mine")


def test_an_adopter_ends_its_participation() -> None:
    membership, project = MembershipFactory(), ProjectFactory()
    mine = ParticipationFactory(project=project, organisation=membership.organisation)
    client, address = signed_in(membership.member), reverse("projects:leave", args=[mine.pk])
    assert address in client.get(membership.organisation.get_absolute_url()).content.decode()
    assert address not in Client().get(membership.organisation.get_absolute_url()).content.decode()
    assert signed_in(MemberFactory()).post(address).status_code == 403
    assert client.get(address).status_code == 200
    assert Participation.objects.filter(pk=mine.pk).exists(), "the page only asks for confirmation"
    assert client.post(address)["Location"] == membership.organisation.get_absolute_url()
    assert not Participation.objects.filter(pk=mine.pk).exists()


@pytest.mark.parametrize("role", ["owner", "partner", "supplier"])
def test_only_an_adopters_participation_can_be_taken_back(role: str) -> None:
    membership = MembershipFactory(role="admin")
    other = ParticipationFactory(project=ProjectFactory(), organisation=membership.organisation, role=role)
    for member in (membership.member, MemberFactory(is_staff=True)):
        assert signed_in(member).post(reverse("projects:leave", args=[other.pk])).status_code == 404
        for service in (services.withdraw_participation, services.update_participation):
            with pytest.raises(NotAllowed):
                service(actor=member, participation=other)
    assert Participation.objects.filter(pk=other.pk).exists()


# --- questions and offers of the forms


@pytest.mark.parametrize("address", ["projects:write", "use_cases:write", "projects:adopt"])
def test_the_stage_is_required_and_has_no_initial_value(address: str) -> None:
    ours, subject = MembershipFactory(), ProjectFactory()
    client = signed_in(ours.member)
    url = reverse(address, args=[subject.pk] if address == "projects:adopt" else [])
    if address == "projects:write":
        url += f"?from={UseCaseFactory(stage='in_use').work_id}"
    html = client.get(url).text
    assert '<option value="" selected>Välj skede</option>' in html
    answer = client.post(url, {**CARD, "summary": "S", "organisation": ours.organisation.slug, "stage": ""})
    assert answer.context["form"].errors == {"stage": ["Välj ett alternativ."]}
    assert Project.objects.count() == 1


@pytest.mark.parametrize("address", ["projects:write", "use_cases:write", "projects:adopt"])
def test_a_member_of_several_organisations_chooses_one(address: str) -> None:
    ours, subject = MembershipFactory(), ProjectFactory()
    client = signed_in(ours.member)
    url = reverse(address, args=[subject.pk] if address == "projects:adopt" else [])
    choose = '<option value="" selected>Välj organisation</option>'
    assert choose not in client.get(url).text
    MembershipFactory(member=ours.member)
    assert choose in client.get(url).text
    assert "organisation" in client.post(url, {**CARD, "organisation": ""}).context["form"].errors


def owned_use_case(organisation: Any) -> Any:
    work = Work.objects.get(pk=UseCaseFactory().work_id)
    ParticipationFactory(project=None, work=work, organisation=organisation, role=Role.OWNER)
    return work


def test_a_project_cannot_be_derived_from_an_own_use_case() -> None:
    ours = MembershipFactory()
    work = owned_use_case(ours.organisation)
    url = reverse("projects:write") + f"?from={work.pk}"
    client, other = signed_in(ours.member), signed_in(MembershipFactory().member)
    assert url not in client.get(work.get_absolute_url()).text
    for reader in (other, Client()):
        assert url in reader.get(work.get_absolute_url()).text
    answer = client.get(url, follow=True)
    assert answer.redirect_chain == [(work.get_absolute_url(), 302)]
    assert "Din egen organisation ansvarar för det här." in answer.text
    client.post(url, {**CARD, "organisation": ours.organisation.slug})
    assert Project.objects.get().derived_from is None
    assert other.get(url).status_code == 200
    MembershipFactory(member=ours.member)
    assert url in client.get(work.get_absolute_url()).text, "the other organisation may derive a project"
    assert client.get(url).status_code == 200


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADOPTER])
@pytest.mark.parametrize("kind", ["project", "work"])
def test_an_owner_or_adopter_who_opens_the_form_is_redirected_with_a_message(kind: str, role: str) -> None:
    ours = MembershipFactory()
    subject = ProjectFactory() if kind == "project" else Work.objects.get(pk=UseCaseFactory().work_id)
    place = {"project": subject} if kind == "project" else {"project": None, "work": subject}
    if kind == "project" and role == Role.OWNER:
        subject = ProjectFactory(organisation=ours.organisation)
    else:
        ParticipationFactory(**place, organisation=ours.organisation, role=role)
    url = reverse("projects:adopt" if kind == "project" else "projects:adopt_work", args=[subject.pk])
    client = signed_in(ours.member)
    assert url not in client.get(subject.get_absolute_url()).text
    answer = client.get(url, follow=True)
    assert answer.redirect_chain == [(subject.get_absolute_url(), 302)]
    sentences = {
        Role.OWNER: "Din egen organisation ansvarar för det här.",
        Role.ADOPTER: "står redan på listan",
    }
    assert sentences[role] in answer.text
    answers = {"organisation": ours.organisation.slug, "stage": "pilot"}
    assert sentences[role] in client.post(url, answers).text
    MembershipFactory(member=ours.member)
    assert client.get(url).status_code == 200


# --- the member's own pages


def test_the_members_own_page_links_to_their_organisations() -> None:
    stranger = MemberFactory()
    url = reverse("organisations:mine")
    assert signed_in(stranger).get(url)["Location"] == reverse("organisations:join")
    ours = MembershipFactory()
    client = signed_in(ours.member)
    assert f'href="{url}"' in client.get(reverse("projects:mine")).text
    assert client.get(url)["Location"] == ours.organisation.get_absolute_url()
    other, foreign = MembershipFactory(member=ours.member).organisation, MembershipFactory().organisation
    page = client.get(url).text
    for organisation in (ours.organisation, other):
        assert f'href="{organisation.get_absolute_url()}"' in page
    assert foreign.get_absolute_url() not in page
    assert Client().get(url).status_code == 302


@pytest.mark.parametrize(
    ("visibility", "mark"),
    [
        ("public", ""),
        ("members", "Medlemmar som har loggat in"),
        ("organisation", "Bara de som företräder organisationen"),
    ],
)
def test_own_projects_link_to_editing_and_show_a_restricted_visibility(visibility: str, mark: str) -> None:
    project = ProjectFactory()
    change_visibility(actor=project.author, project=project, to=visibility)
    page = signed_in(project.author).get(reverse("projects:mine")).text
    assert f'href="{reverse("projects:edit", args=[project.pk])}"' in page
    for each in ("Medlemmar som har loggat in", "Bara de som företräder organisationen"):
        assert (f'<span class="tag">{each}</span>' in page) == (each == mark)
    listed = signed_in(project.author).get(reverse("projects:list")).text
    assert reverse("projects:edit", args=[project.pk]) not in listed
