"""What meets a member who writes: how much is asked, what is carried over, and how a draft is published."""

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
FORMS = pytest.mark.parametrize("form", ["projects:write", "projects:write_use_case"])
CARD = {"title": "Läsa av mätare", "summary": "Färre resor.", "benefit": "Färre resor.", "language": "sv"}


@pytest.fixture
def browser() -> Client:
    """A member of one organisation."""
    client = Client()
    client.force_login(MembershipFactory(organisation__slug="granvik").member)
    return client


def send(browser: Client, form: str, **answers: str) -> object:
    return browser.post(reverse(form), {**CARD, "organisation": "granvik", "draft": "1", **answers})


def questions(html: str) -> int:
    """The fields that a reader meets at once: none that is hidden, none that is folded away."""
    form = html.partition('<form class="form"')[2].partition("</form>")[0]
    form = re.sub(r"<details.*?</details>", "", form, flags=re.DOTALL)
    form = re.sub(r"<div data-when[^>]* hidden>.*?</div>\s*</div>", "", form, flags=re.DOTALL)
    return len(re.findall(r'<(?:div|fieldset) class="field ', form))


@FORMS
@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_number_of_questions_is_the_number_asked(browser: Client, form: str, language: str) -> None:
    with translation.override(language):
        answer = browser.get(reverse(form))
    said = int(re.search(r'class="lede"[^>]*>\D*(\d+) ', answer.text).group(1))
    assert said == questions(answer.text) > 5


@FORMS
def test_why_it_stopped_is_asked_only_of_what_has_stopped(browser: Client, form: str) -> None:
    assert re.search(r'data-when="stage"[^>]* hidden>', browser.get(reverse(form)).text)
    asked = send(browser, form, stage="paused")
    assert asked.status_code == 422
    assert list(asked.context["form"].errors) == ["stop_reason"]
    assert not re.search(r'data-when="stage"[^>]* hidden>', asked.text), "without JavaScript it is asked now"


@FORMS
@STOPPED
def test_what_has_stopped_says_why_and_what_goes_on_says_nothing(
    browser: Client, form: str, stage: str
) -> None:
    model = Project if form == "projects:write" else UseCasePage
    assert send(browser, form, stage=stage, stop_reason="Avtalet gick ut.").status_code == 302
    assert model.objects.get().get_latest_revision_as_object().stop_reason == "Avtalet gick ut."
    model.objects.all().delete()
    assert send(browser, form, stage="pilot", stop_reason="Avtalet gick ut.").status_code == 302
    assert model.objects.get().get_latest_revision_as_object().stop_reason == ""


@FORMS
def test_technologies_are_offered_in_the_order_of_the_readers_alphabet(browser: Client, form: str) -> None:
    for code, label in (("zon", "Zon"), ("angbat", "Ångbåt"), ("arende", "Ärenden"), ("over", "Översikt")):
        Technology.objects.create(code=code, label_sv=label, label_en=label)
    offered = [choice.choice_label for choice in browser.get(reverse(form)).context["form"]["technologies"]]
    assert offered[-4:] == ["Zon", "Ångbåt", "Ärenden", "Översikt"]
    assert offered[:-4] == sorted(offered[:-4], key=str.casefold)


def test_a_project_that_begins_from_a_use_case_has_its_title_place_areas_and_technologies(
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
    assert "stage" not in initial, "it is a project of one's own, which may have come to another stage"


def test_nothing_is_carried_over_from_what_one_may_not_see(browser: Client) -> None:
    page = UseCaseFactory(title="Hemligt", live=False)
    assert "Hemligt" not in browser.get(f"{reverse('projects:write')}?from={page.work_id}").text


def test_a_draft_is_published_from_its_own_page_by_those_who_may(browser: Client) -> None:
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


def test_who_waits_may_publish_no_draft_of_their_own() -> None:
    waiting = MembershipFactory(waiting=True)
    draft = ProjectFactory(organisation=waiting.organisation, author=waiting.member, publish=False)
    client = Client()
    client.force_login(waiting.member)
    publish = reverse("projects:publish", args=[draft.pk])
    assert publish not in client.get(draft.get_absolute_url()).text
    assert client.post(publish).status_code == 403
    assert Client().get(draft.get_absolute_url()).status_code == 404


def test_do_you_work_here_fills_the_organisation_in() -> None:
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
def test_after_signing_in_one_lands_on_ones_own_page(client: Client, staff: bool) -> None:
    member = MemberFactory(password=PASSWORD, is_staff=staff, is_superuser=staff)
    answer = client.post(reverse("account_login"), {"login": member.email, "password": PASSWORD})
    if staff:
        assert answer["Location"] == reverse("mfa_authenticate")
        answer = client.post(answer["Location"], {"code": code_of(member)})
    assert answer["Location"] == reverse("projects:mine")


def test_after_signing_in_one_comes_back_to_where_one_was(client: Client) -> None:
    member = MemberFactory(password=PASSWORD)
    answers = {"login": member.email, "password": PASSWORD, "next": "/guider/"}
    assert client.post(reverse("account_login"), answers)["Location"] == "/guider/"
    client.logout()
    away = client.post(reverse("account_login"), {**answers, "next": "https://example.org/"})
    assert away["Location"] == reverse("projects:mine")
