"""The forms for writing: the number of questions, the initial values, and how a draft is published."""

from __future__ import annotations

import re

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import translation

from community.projects.models import Project
from knowledge.models import Area, Place, Stage, Technology, UseCasePage
from tests.factories import (
    MemberFactory,
    MembershipFactory,
    OrganisationFactory,
    ProjectFactory,
    UseCaseFactory,
)
from tests.support.people import code_of

pytestmark = pytest.mark.django_db

STOPPED = pytest.mark.parametrize("stage", [Stage.PAUSED, Stage.RETIRED])
FORMS = pytest.mark.parametrize("form", ["projects:write", "use_cases:write"])
CARD = {"title": "Läsa av mätare", "summary": "Färre resor.", "benefit": "Färre resor.", "language": "sv"}


@pytest.fixture
def browser() -> Client:
    """A client that is signed in as a member of one organisation."""
    client = Client()
    client.force_login(MembershipFactory(organisation__slug="granvik").member)
    return client


def send(browser: Client, form: str, **answers: str) -> object:
    return browser.post(reverse(form), {**CARD, "organisation": "granvik", "draft": "1", **answers})


def questions(html: str) -> int:
    """Count the fields that are visible at first: neither hidden nor in a closed `<details>`."""
    form = html.partition('<form class="form"')[2].partition("</form>")[0]
    form = re.sub(r"<details.*?</details>", "", form, flags=re.DOTALL)
    form = re.sub(r"<div data-when[^>]* hidden>.*?</div>\s*</div>", "", form, flags=re.DOTALL)
    return len(re.findall(r'<(?:div|fieldset) class="field ', form))


@FORMS
@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_form_states_the_number_of_its_questions(browser: Client, form: str, language: str) -> None:
    with translation.override(language):
        answer = browser.get(reverse(form))
    stated = int(re.search(r'class="lede"[^>]*>\D*(\d+) ', answer.text).group(1))
    assert stated == questions(answer.text) > 5


@FORMS
def test_the_reason_for_stopping_is_asked_only_for_stopped_stages(browser: Client, form: str) -> None:
    assert re.search(r'data-when="stage"[^>]* hidden>', browser.get(reverse(form)).text)
    asked = send(browser, form, stage="paused")
    assert asked.status_code == 422
    assert list(asked.context["form"].errors) == ["stop_reason"]
    assert not re.search(r'data-when="stage"[^>]* hidden>', asked.text), (
        "without JavaScript the field is shown now"
    )


@FORMS
@STOPPED
def test_the_reason_for_stopping_is_saved_only_for_stopped_stages(
    browser: Client, form: str, stage: str
) -> None:
    model = Project if form == "projects:write" else UseCasePage
    assert send(browser, form, stage=stage, stop_reason="Avtalet gick ut.").status_code == 302
    assert model.objects.get().get_latest_revision_as_object().stop_reason == "Avtalet gick ut."
    model.objects.all().delete()
    assert send(browser, form, stage="pilot", stop_reason="Avtalet gick ut.").status_code == 302
    assert model.objects.get().get_latest_revision_as_object().stop_reason == ""


@FORMS
def test_technologies_are_sorted_in_the_readers_alphabet(browser: Client, form: str) -> None:
    for code, label in (("zon", "Zon"), ("angbat", "Ångbåt"), ("arende", "Ärenden"), ("over", "Översikt")):
        Technology.objects.create(code=code, label_sv=label, label_en=label)
    offered = [choice.choice_label for choice in browser.get(reverse(form)).context["form"]["technologies"]]
    assert offered[-4:] == ["Zon", "Ångbåt", "Ärenden", "Översikt"]
    assert offered[:-4] == sorted(offered[:-4], key=str.casefold)


def test_a_project_derived_from_a_use_case_has_initial_values_from_it(
    browser: Client,
) -> None:
    page = UseCaseFactory(
        title="Räkna rävar",
        place=Place.objects.get(code="0180"),
        areas=[Area.objects.get(code="05")],
        technologies=[Technology.objects.exclude(parent=None).first()],
        tags=["räv"],
    )
    link = f"{reverse('projects:write')}?from={page.work_id}"
    assert link in browser.get(page.url).text
    initial = browser.get(link).context["form"].initial
    assert (initial["title"], initial["place"]) == ("Räkna rävar", "0180")
    assert initial["areas"] == ["05"]
    assert initial["technologies"] == [term.code for term in page.technologies.all()]
    assert initial["tags"] == ["räv"]
    assert "stage" not in initial, "the new project may be at another stage"


def test_a_hidden_use_case_gives_no_initial_values(browser: Client) -> None:
    page = UseCaseFactory(title="Hemligt", live=False)
    assert "Hemligt" not in browser.get(f"{reverse('projects:write')}?from={page.work_id}").text


def test_only_members_with_permission_publish_a_draft_from_its_page(browser: Client) -> None:
    speaker = MembershipFactory()
    draft = ProjectFactory(organisation=speaker.organisation, author=speaker.member, publish=False)
    waiting = MembershipFactory(organisation=speaker.organisation, waiting=True).member
    publish = reverse("projects:publish", args=[draft.pk])
    for member, may in ((speaker.member, True), (waiting, False)):
        client = Client()
        client.force_login(member)
        answer = client.get(draft.get_absolute_url())
        assert (publish in answer.text) == may
        assert answer.status_code == (200 if may else 404)
    assert browser.post(publish).status_code == 404
    client = Client()
    client.force_login(speaker.member)
    assert client.get(publish).status_code == 405
    answer = client.post(publish)
    assert answer["Location"] == draft.get_absolute_url()
    assert [str(message) for message in get_messages(answer.wsgi_request)]
    assert Client().get(draft.get_absolute_url()).status_code == 200
    assert publish not in client.get(draft.get_absolute_url()).text


def test_a_waiting_member_cannot_publish_their_own_draft() -> None:
    waiting = MembershipFactory(waiting=True)
    draft = ProjectFactory(organisation=waiting.organisation, author=waiting.member, publish=False)
    client = Client()
    client.force_login(waiting.member)
    publish = reverse("projects:publish", args=[draft.pk])
    assert publish not in client.get(draft.get_absolute_url()).text
    assert client.post(publish).status_code == 403
    assert Client().get(draft.get_absolute_url()).status_code == 404


def test_the_link_to_join_fills_in_the_organisation() -> None:
    organisation = OrganisationFactory(name="Älvdals åkeri", slug="alvdal")
    member, visitor = Client(), Client()
    member.force_login(MemberFactory())
    for client, name in ((member, "organisations:join"), (visitor, "account_signup")):
        link = f"{reverse(name)}?organisation=alvdal"
        assert link in client.get(organisation.get_absolute_url()).text
        assert 'value="Älvdals åkeri"' in client.get(link).text
        assert (
            'value="'
            not in client.get(f"{reverse(name)}?organisation=finns-inte")
            .text.partition('name="organisation"')[2]
            .partition(">")[0]
        )


PASSWORD = "a long password"


@pytest.mark.parametrize("staff", [False, True], ids=["member", "staff"])
def test_signing_in_redirects_to_the_members_own_page(client: Client, staff: bool) -> None:
    member = MemberFactory(password=PASSWORD, is_staff=staff, is_superuser=staff)
    answer = client.post(reverse("account_login"), {"login": member.email, "password": PASSWORD})
    if staff:
        assert answer["Location"] == reverse("mfa_authenticate")
        answer = client.post(answer["Location"], {"code": code_of(member)})
    assert answer["Location"] == reverse("projects:mine")


def test_signing_in_redirects_to_the_next_address_on_this_site(client: Client) -> None:
    member = MemberFactory(password=PASSWORD)
    answers = {"login": member.email, "password": PASSWORD, "next": "/guider/"}
    assert client.post(reverse("account_login"), answers)["Location"] == "/guider/"
    client.logout()
    foreign = client.post(reverse("account_login"), {**answers, "next": "https://example.org/"})
    assert foreign["Location"] == reverse("projects:mine")
