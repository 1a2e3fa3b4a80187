"""The facts of a record: typed, kept in drafts and versions, read with labels, and asked for by stage and risk."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import translation

from community.projects import services
from community.projects.cards import Card
from community.projects.history import changes_along
from community.projects.models import Project
from community.projects.search import build_project, indexable_projects
from knowledge.facts import asked_for, completeness, reading
from knowledge.forms import StoryForm
from knowledge.models import Code, Facts, Stage, UseCasePage
from knowledge.models.codes import code_labels
from knowledge.models.facts import ASKED_FROM_PILOT, GROUPS
from tests.factories import MemberFactory, ProjectFactory, UseCaseFactory

pytestmark = pytest.mark.django_db

GOVERNANCE = GROUPS[-1].fields
STATED: dict[str, Any] = {
    "application_type": "dialogue",
    "extent": "local",
    "interaction": ["citizens"],
    "public_value": ["quicker_service", "transparency"],
    "is_cross_border": False,
    "began": "2024-05",
    "cost_once": "50k_250k",
    "months_to_first_use": 4,
    "supplier": "Ordbolaget",
    "ai_act_class": "limited",
    "ai_act_by": "Jurist",
    "ai_act_on": date(2026, 5, 4),
    "human_oversight": "En handläggare läser varje svar.",
    "reuse_items": [
        {"kind": "code", "title": "Botten", "url": "https://example.org/bot", "licence": "EUPL-1.2"}
    ],
}
TYPED = {
    **{name: value for name, value in STATED.items() if name not in ("reuse_items", "ai_act_on")},
    "is_cross_border": "false",
    "ai_act_on": "2026-05-04",
    "reuse_items-title": ["Botten", ""],
    "reuse_items-url": ["https://example.org/bot", ""],
    "reuse_items-kind": ["code", ""],
    "reuse_items-licence": ["EUPL-1.2", ""],
}


def page_of(record: Any, client: Client | None = None) -> str:
    address = record.get_absolute_url() if isinstance(record, Project) else record.url
    return (client or Client()).get(address).content.decode()


# Typing


def test_a_member_states_facts_in_the_form_and_finds_them_there_again(client: Client) -> None:
    project = ProjectFactory()
    client.force_login(project.author)
    address = reverse("projects:edit", args=[project.pk])
    answer = client.post(address, {"title": "T", "stage": "pilot", "language": "sv", "publish": "1", **TYPED})
    assert answer.status_code == 302, answer.context["form"].errors
    stored = Project.objects.get(pk=project.pk)
    assert {name: stored.facts[name] for name in STATED} == STATED
    form = client.get(address).context["form"]
    assert {name: form.initial[name] for name in STATED} == STATED


def test_an_author_states_facts_of_a_use_case(client: Client) -> None:
    project = ProjectFactory()
    client.force_login(project.author)
    answers = {"title": "T", "summary": "S", "stage": "pilot", "organisation": project.organisation.slug}
    answer = client.post(reverse("use_cases:write"), {**answers, **TYPED, "draft": "1"})
    assert answer.status_code == 302, answer.context["form"].errors
    version = UseCasePage.objects.get(owner=project.author).get_latest_revision_as_object()
    assert {name: version.facts[name] for name in STATED} == STATED


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"began": "maj 2024"}, "began", "2024-05"),
        ({"began": "2024-13"}, "began", "2024-05"),
        ({"extent": "galaxy"}, "extent", "galaxy"),
        ({"interaction": ["citizens", "robots"]}, "interaction", "robots"),
        ({"months_to_first_use": "241"}, "months_to_first_use", "240"),
        ({"dpia_url": "javascript:alert(1)"}, "dpia_url", ""),
        ({"supplier": "x" * 201}, "supplier", "200"),
        ({"monitoring": "x" * 1001}, "monitoring", "1000"),
        ({"reuse_items-title": ["", ""], "reuse_items-kind": ["", "code"]}, "reuse_items", "1"),
        ({"reuse_items-title": ["A", "B"], "reuse_items-url": ["", "ftp:/x y"]}, "reuse_items", "2"),
        ({"reuse_items-title": ["A"], "reuse_items-licence": ["my own"]}, "reuse_items", "1"),
        ({"reuse_items-title": ["A" * 201]}, "reuse_items", "1"),
        ({"reuse_items-title": ["A"] * 21}, "reuse_items", "20"),
    ],
)
def test_a_fact_that_is_not_valid_is_refused_at_its_field_and_kept(
    typed: dict[str, Any], field: str, said: str
) -> None:
    data = QueryDict(mutable=True)
    rows = max((len(cells) for name, cells in typed.items() if name.startswith("reuse_items")), default=0)
    for name, value in {"stage": "pilot", **typed}.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    for part in ("title", "url", "kind", "licence"):
        cells = data.getlist(f"reuse_items-{part}")
        data.setlist(f"reuse_items-{part}", [*cells, *[""] * (rows - len(cells))])
    form = StoryForm(data)
    assert list(form.errors) == [field]
    assert said in str(form.errors[field])
    assert next(iter(typed.values())) in (form[field].value(), data.getlist(next(iter(typed))))
    shown = str(form[field])
    assert all(cell in shown for cell in data.getlist("reuse_items-title") if len(cell) == 1)


# Versions


def test_facts_are_part_of_a_draft_and_of_the_history_and_are_restored() -> None:
    project = ProjectFactory(facts={"extent": "local", "is_govtech": True})
    first = project.latest_revision
    card = Card(
        title=project.title, stage="pilot", facts={"extent": "national", "interaction": ["government"]}
    )
    services.edit_project(actor=project.author, project=project, card=card, publish=False)
    assert Project.objects.get(pk=project.pk).extent == "local", "a draft changes nothing that others see"
    project = Project.objects.get(pk=project.pk)
    with translation.override("en"):
        versions = [revision.content for revision in project.revisions.order_by("pk")]
        changes = {change.label: (change.before, change.after) for change in changes_along(versions)[-1]}
    assert changes["extent"] == ("Local", "National")
    assert changes["who meets it"] == ("", "Public organisations")
    assert changes["developed with a start-up (GovTech)"] == ("Yes", "")
    services.publish_project(actor=project.author, project=project)
    assert Project.objects.get(pk=project.pk).extent == "national"
    project = Project.objects.get(pk=project.pk)
    restored = project.with_content_json(first.content)
    assert (restored.extent, restored.is_govtech, restored.interaction) == ("local", True, [])


# Reading


@pytest.mark.parametrize(
    ("name", "value", "swedish", "english"),
    [
        ("extent", "local", "Lokal", "Local"),
        ("extent", "gone", "", ""),
        ("interaction", ["government", "citizens"], "Invånare, Offentliga organisationer", ""),
        ("is_govtech", False, "Nej", "No"),
        ("is_govtech", None, "", ""),
        ("months_to_first_use", 0, "0", "0"),
        ("began", "2024", "2024", "2024"),
        ("began", "2024-05", "maj 2024", "May 2024"),
        ("ai_act_on", date(2026, 5, 4), "4 maj 2026", "4 May 2026"),
        ("ai_act_on", "2026-05-04", "4 maj 2026", "4 May 2026"),
        ("primary_technology", "ai", "Artificiell intelligens", "Artificial intelligence"),
        ("supplier", "Ordbolaget", "Ordbolaget", "Ordbolaget"),
    ],
)
def test_a_fact_is_read_in_the_language_of_the_reader(
    name: str, value: Any, swedish: str, english: str
) -> None:
    for language, text in (("sv", swedish), ("en", english)):
        with translation.override(language):
            found = reading(name, value, code_labels())
        assert found == text or not text or not english, (language, found)


def test_a_page_shows_what_is_stated_and_says_what_is_asked_for_and_missing() -> None:
    for record in (ProjectFactory(facts=STATED), UseCaseFactory(stage="pilot", facts=STATED)):
        html = page_of(record)
        for shown in (
            "Ordbolaget",
            "50 000–250 000 kr",
            "maj 2024",
            "Mer insyn",
            "EUPL 1.2",
            "enligt egen bedömning",
        ):
            assert shown in html, shown
        assert 'href="https://example.org/bot" rel="nofollow' in html
        _before, _found, rest = html.partition("Personuppgifter</dt>")
        assert "Ej angivet" in rest[:200], "personal data are asked for at the pilot stage"
        assert "Årlig kostnad" not in html, "not asked for yet, and not stated"
    assert "Vad det krävde" not in page_of(ProjectFactory()), "no group without a fact"


def test_a_label_that_staff_change_is_new_on_the_next_page(
    django_capture_on_commit_callbacks: Any,
) -> None:
    project = ProjectFactory(facts=STATED)
    assert "Lokal" in page_of(project)
    with django_capture_on_commit_callbacks(execute=True):
        code = Code.objects.get(list="extent", code="local")
        code.label_sv = "I en kommun"
        code.save()
    assert "I en kommun" in page_of(project)


def test_text_in_facts_is_escaped() -> None:
    facts = {
        "supplier": "<script>alert(1)</script>",
        "human_oversight": "<img src=x onerror=alert(1)>",
        "reuse_items": [{"kind": "", "title": "<b>x</b>", "url": "", "licence": ""}],
    }
    html = page_of(ProjectFactory(facts=facts))
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert "&lt;b&gt;x&lt;/b&gt;" in html


# Fields that are asked for


def test_governance_is_asked_for_from_the_pilot_stage_on() -> None:
    for stage in Stage.values:
        asked = set(asked_for(stage, "")) & set(GOVERNANCE)
        assert bool(asked) is (stage in ASKED_FROM_PILOT)


def test_more_is_asked_of_a_use_with_high_risk() -> None:
    ordinary, high = asked_for("in_use", "minimal"), asked_for("in_use", "high_risk_annex_iii")
    assert set(ordinary) < set(high)
    assert {"ai_act_reason", "annex_iii", "appeal"} == set(high) - set(ordinary)


def test_a_record_is_complete_when_all_that_is_asked_for_is_stated() -> None:
    project = ProjectFactory(stage="idea")
    missing = completeness(project)
    assert (missing.stated, missing.asked) == (0, len(asked_for("idea", "")))
    project.problem = "Köer."
    assert completeness(project).stated == 1
    project.problem = "  "
    assert completeness(project).stated == 0
    assert completeness(ProjectFactory(stage="pilot", facts={"has_dpia": False})).stated == 1, (
        "no is an answer"
    )


def test_only_those_who_may_edit_see_what_is_missing(client: Client) -> None:
    project = ProjectFactory(stage="idea")
    assert "Komplettera" not in page_of(project)
    client.force_login(MemberFactory(confirmed=True))
    assert "Komplettera" not in page_of(project, client)
    client.force_login(project.author)
    assert f"(0 av {len(asked_for('idea', ''))})" in page_of(project, client)


def test_nothing_beyond_the_card_is_required_to_save() -> None:
    for stage in Stage.values:
        form = StoryForm(QueryDict(f"stage={stage}&stop_reason=Done"))
        assert form.is_valid(), form.errors


def test_the_form_asks_for_governance_from_the_pilot_stage_on_and_keeps_what_is_there(client: Client) -> None:
    project = ProjectFactory(stage="idea", facts={"personal_data": "ordinary"})
    client.force_login(project.author)
    address = reverse("projects:edit", args=[project.pk])
    html = client.get(address).content.decode()
    at = html.index(f'data-is="{" ".join(ASKED_FROM_PILOT)}"')
    assert "hidden" in html[at : html.index(">", at)]
    assert 'name="personal_data"' in html, "hidden, but sent again"
    project = ProjectFactory(stage="pilot")
    client.force_login(project.author)
    html = client.get(reverse("projects:edit", args=[project.pk])).content.decode()
    at = html.index(f'data-is="{" ".join(ASKED_FROM_PILOT)}"')
    assert "hidden" not in html[at : html.index(">", at)]


def test_every_fact_is_in_one_group() -> None:
    named = [name for group in GROUPS for name in group.fields]
    assert sorted(named) == sorted({field.name for field in Facts._meta.local_fields})


# For other programs, and for search


def test_the_api_gives_facts_as_codes(client: Client) -> None:
    project = ProjectFactory(facts=STATED)
    answer = client.get(f"/api/v1/projects/{project.pk}").json()
    assert answer["facts"]["extent"] == "local"
    assert answer["facts"]["interaction"] == ["citizens"]
    assert answer["facts"]["ai_act_on"] == "2026-05-04"
    assert answer["facts"]["is_govtech"] is None


def test_words_of_facts_are_found() -> None:
    project = ProjectFactory(facts=STATED)
    body = build_project(indexable_projects().get(pk=project.pk)).texts["sv"].body
    assert all(text in body for text in ("Ordbolaget", "En handläggare läser varje svar.", "Botten"))


def test_errors_are_listed_in_the_order_of_the_form(client: Client) -> None:
    project = ProjectFactory()
    client.force_login(project.author)
    typed = {"publish": "1", "organisation": project.organisation.slug, "language": "sv"}
    errors = client.post(reverse("projects:write"), typed).context["form"].errors
    assert list(errors) == ["title", "stage"]
