"""The components of pages, as templates use them and as readers meet them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django import forms
from django.template import engines
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import translation
from django_cotton.compiler_regex import CottonCompiler
from playwright.sync_api import Browser, Page

from knowledge.models.story import Stage
from tests.support.axe import accessibility_faults

ROOT = Path(__file__).resolve().parents[2]
COMPONENTS = sorted((ROOT / "templates" / "cotton").glob("*.html"))
NAMED_ICON = re.compile(r'<c-icon[^>]*\sname="([a-z-]+)"|<c-[a-z-]+[^>]*\sicon="([a-z-]+)"')
SPRITE = (ROOT / "site" / "static" / "icons" / "sprite.svg").read_text()


class Card(forms.Form):
    title = forms.CharField(help_text="Begin with a verb.", max_length=80)
    stage = forms.ChoiceField(
        choices=[("idea", "Idea")], widget=forms.RadioSelect, help_text="Where it stands."
    )
    shown = forms.BooleanField(required=False)


def render(source: str, **context: object) -> str:
    request = RequestFactory().get("/", {"q": "bad & boat"})
    template = engines["django"].from_string(CottonCompiler().process(source))
    return re.sub(r"[ \n]+", " ", template.render(context, request)).strip()


def test_a_field_links_its_help_and_its_error_to_the_control() -> None:
    html = render('<c-field :field="form.title" />', form=Card({}))
    assert 'aria-describedby="id_title_helptext id_title_error"' in html
    assert 'id="id_title_helptext">Begin with a verb.' in html
    assert 'id="id_title_error"' in html
    assert 'aria-invalid="true"' in html
    assert '<label class="" for="id_title">Title</label>' in html


@pytest.mark.parametrize(("language", "shown"), [("sv", "12\u00a0345"), ("en", "12,345")])
def test_a_large_number_is_grouped_and_not_wrapped(language: str, shown: str) -> None:
    facet = '<c-facet name="area" legend="Area" :options="options" />'
    options = [{"code": "07", "label": "Health", "count": 12345}]
    with translation.override(language):
        pieces = [
            '<c-section-head title="Conversation" count="12345" />',
            '<c-tag label="Health" count="12345" />',
        ]
        html = [render(piece) for piece in pieces] + [render(facet, options=options)]
        found = render_to_string("search/found.html", {"page": {"total": 12345}, "asked": {}})
    assert [shown in each for each in (*html, found)] == [True] * 4


def test_a_group_of_radio_buttons_is_a_fieldset_with_its_error() -> None:
    html = render('<c-field :field="form.stage" />', form=Card({}))
    assert 'aria-describedby="id_stage_helptext id_stage_error"' in html
    assert html.startswith("<fieldset")
    assert "<legend" in html


def test_a_valid_form_shows_no_error() -> None:
    form = Card({"title": "Read meters", "stage": "idea"})
    html = render('{% for field in form %}<c-field :field="field" />{% endfor %}', form=form)
    html += render('<c-form-errors :form="form" />', form=form)
    assert "field-error" not in html
    assert "message-error" not in html


@pytest.mark.parametrize(
    "source",
    [
        '<c-tag label="{{ text }}" />',
        '<c-tag :label="text" href="/" />',
        '<c-card title="{{ text }}" href="/{{ text }}" />',
        '<c-who-row name="{{ text }}" place="{{ text }}" />',
        '<c-result kind="project" :title="text" :summary="text" organisation="{{ text }}" />',
        '<c-post number="1" :author="text" organisation="{{ text }}" />',
        '<c-page-head :title="text" lede="{{ text }}" />',
        '<c-because :reasons="reasons" />',
        '<c-message :title="text" />',
        '<c-stage-track stage="retired" :reason="text" />',
        '<c-facet name="kind" :legend="text" :options="options" />',
        '<c-breadcrumb :items="items" current="{{ text }}" />',
        '<c-search-field value="{{ text }}" />',
    ],
)
def test_text_of_members_is_escaped(source: str) -> None:
    text = '"><script>alert(1)</script>'
    html = render(
        source,
        text=text,
        reasons=[text],
        options=[{"code": text, "label": text, "count": 1}],
        items=[{"title": text, "url": text}],
    )
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_the_stage_track_names_only_the_current_step() -> None:
    html = render('<c-stage-track stage="pilot" />')
    assert html.count("<li") == 6
    assert html.count('aria-current="step"') == 1
    assert re.search(r'aria-current="step"><span>\s*Pilot', html)


@pytest.mark.parametrize("stage", Stage)
def test_a_stage_has_one_name_in_the_whole_project(stage: Stage) -> None:
    assert render("<c-stage-name :stage='stage' />", stage=stage.value) == stage.label


def test_a_stopped_project_shows_its_reason_instead_of_steps() -> None:
    html = render('<c-stage-track stage="paused" reason="The supplier left." />')
    assert "The supplier left." in html
    assert "<li" not in html


def test_an_empty_value_is_shown_as_not_stated() -> None:
    assert 'class="not-stated"' in render('<c-story-part title="Cost"> </c-story-part>')
    assert 'class="not-stated"' not in render('<c-story-part title="Cost"><p>12 000 kr</p></c-story-part>')


def test_pagination_keeps_the_other_query_parameters() -> None:
    class Paginator:
        num_pages = 3

    class Middle:
        paginator, number = Paginator(), 2
        has_other_pages = has_previous = has_next = True
        previous_page_number, next_page_number = 1, 3

    html = render('<c-pagination :page="page" />', page=Middle())
    assert 'href="?q=bad+%26+boat&amp;page=3"' in html
    assert 'href="?q=bad+%26+boat&amp;page=1"' in html


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda path: path.stem)
def test_every_variable_of_a_component_has_a_default(component: Path) -> None:
    """Without a default, the component would read the page's variable of the same name."""
    declared = re.search(r"<c-vars (.*?)/>", component.read_text(), re.S)
    names = re.sub(r'="[^"]*"', "=", declared.group(1)).split() if declared else []
    assert [name for name in names if not name.endswith("=")] == []


def test_every_icon_that_a_template_names_exists() -> None:
    drawn = set(re.findall(r'<symbol id="([^"]+)"', SPRITE))
    named = {
        name
        for path in (ROOT / "templates").rglob("*.html")
        for names in NAMED_ICON.findall(path.read_text())
        for name in names
        if name
    }
    assert named - drawn == set()


def test_the_style_sheets_stay_small() -> None:
    assert sum(path.stat().st_size for path in (ROOT / "site" / "static" / "css").glob("*.css")) <= 45_000


@pytest.mark.django_db
def test_the_components_page_shows_every_component(client: Client) -> None:
    html = client.get("/components/").content.decode()
    assert "<c-" not in html
    assert "style=" not in html
    shown = (ROOT / "templates" / "components.html").read_text()
    inside = {
        "icon",
        "avatar",
        "since",
        "stage_name",
        "language_links",
        "logo",
        "not_stated",
        "form_errors",
        "facet",
    }
    missing = {path.stem for path in COMPONENTS if f"<c-{path.stem.replace('_', '-')}" not in shown}
    assert missing - inside == set()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_the_components_page_is_accessible(
    live_site: str, new_page: Callable[..., Page], scheme: str, width: int
) -> None:
    """Axe finds nothing, and the page does not scroll sideways."""
    page = new_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    page.goto(f"{live_site}/components/")
    assert accessibility_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.browser
def test_the_menu_opens_without_scripts_on_a_phone(live_site: str, browser: Browser) -> None:
    with browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 800}) as context:
        page = context.new_page()
        page.goto(f"{live_site}/components/")
        menu = page.locator("#site-nav")
        assert not menu.is_visible()
        page.locator("button[popovertarget=site-nav]").first.click()
        assert menu.is_visible()
