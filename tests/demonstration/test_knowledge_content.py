"""The demonstration's pages are complete in both languages and refer to objects that exist."""

from __future__ import annotations

import csv
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTENT = ROOT / "site" / "demonstration" / "content"
TEXTS = ROOT / "knowledge" / "texts"
LANGUAGES = ("sv", "en")
STAGES = {"idea", "planned", "developing", "pilot", "in_use", "scaled", "paused", "retired"}
STORY = (
    "problem",
    "how_it_works",
    "data_used",
    "result",
    "cost",
    "partners_text",
    "law",
    "went_wrong",
    "do_again",
)


def content(name: str) -> dict[str, Any]:
    return tomllib.loads((CONTENT / f"{name}.toml").read_text(encoding="utf-8"))


def codes(name: str) -> set[str]:
    with (ROOT / "knowledge" / "taxonomy" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"] for row in csv.DictReader(file)}


USE_CASES = content("use_cases_1")["use_case"] + content("use_cases_2")["use_case"]
GUIDES = content("guides_1")["guide"] + content("guides_2")["guide"]
ARTICLES = content("articles")["article"]
PAGES = USE_CASES + GUIDES + ARTICLES
HOME = content("home")


def texts(node: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every string below a node, with its path."""
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from texts(value, f"{path}/{key}")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from texts(value, f"{path}/{number}")


def assert_same_shape_in_other_words(swedish: Any, english: Any) -> None:
    sv, en = dict(texts(swedish)), dict(texts(english))
    assert sv.keys() == en.keys()
    for place, text in sv.items():
        assert bool(text.strip()) == bool(en[place].strip()), f"{place} is empty in one language only"
        assert not text.strip() or text != en[place], f"{place} is the same in both languages"


def by_key(pages: list[dict[str, Any]]) -> Any:
    return pytest.mark.parametrize("page", pages, ids=lambda page: page["key"])


def test_the_demonstration_has_the_promised_number_of_pages():
    assert (len(USE_CASES), len(GUIDES), len(ARTICLES)) == (25, 10, 10)


def test_no_key_or_title_is_used_twice():
    for values in (
        [page["key"] for page in PAGES],
        *([page[lang]["title"] for page in PAGES] for lang in LANGUAGES),
    ):
        assert [value for value, times in Counter(values).items() if times > 1] == []


@by_key(PAGES)
def test_a_page_has_the_same_structure_and_other_words_in_both_languages(page):
    assert_same_shape_in_other_words(page["sv"], page["en"])


@by_key(PAGES)
def test_a_page_has_a_title_a_summary_and_ages_that_fit_its_fields(page):
    for language in LANGUAGES:
        assert 0 < len(page[language]["title"]) <= 255
        assert 0 < len(page[language]["summary"]) <= 300
    assert 0 <= page.get("confirmed_days_ago", 0) <= page["days_ago"]


@pytest.mark.parametrize("vocabulary", ["areas", "technologies", "themes"])
@by_key(PAGES)
def test_a_page_uses_codes_that_exist(page, vocabulary):
    used = page[vocabulary]
    assert used
    assert len(used) == len(set(used))
    assert set(used) <= codes(vocabulary)


@by_key(USE_CASES)
def test_a_use_case_has_an_organisation_a_place_and_a_stage_that_exist(page):
    organisations = {organisation["key"] for organisation in content("organisations")["organisation"]}
    assert page["organisation"] in organisations
    assert page["place"] in codes("places")
    assert page["stage"] in STAGES


@by_key(USE_CASES)
def test_a_use_case_has_a_story_in_short_paragraphs(page):
    for language in LANGUAGES:
        assert set(STORY) <= page[language].keys()
        assert all(page[language][field].strip() for field in ("problem", "how_it_works", "law"))
        for field in STORY:
            for paragraph in page[language][field].split("\n\n"):
                assert len(re.findall(r"[.?!](?:\s|$)", paragraph)) <= 5, f"{field} is too long a paragraph"


@by_key(USE_CASES)
def test_a_use_case_in_operation_states_a_result_with_a_number(page):
    if page["stage"] in {"pilot", "in_use", "scaled"}:
        assert re.search(r"\d", page["sv"]["result"])
        assert re.search(r"\d", page["en"]["result"])


def test_a_stopped_use_case_says_why():
    for page in USE_CASES:
        for language in LANGUAGES:
            assert bool(page[language].get("stop_reason")) == (page["stage"] in {"paused", "retired"})


def test_use_cases_cover_every_stage_and_leave_some_fields_empty():
    assert {page["stage"] for page in USE_CASES} == STAGES
    assert any(not page["sv"][field] for page in USE_CASES for field in STORY)


@by_key(GUIDES)
def test_a_guide_has_four_to_six_chapters_with_something_to_do(page):
    for language in LANGUAGES:
        chapters = page[language]["chapters"]
        assert 4 <= len(chapters) <= 6
        assert all(chapter["heading"].strip() and chapter["body"].strip() for chapter in chapters)
        assert any(chapter.get("steps") or chapter.get("checklist") for chapter in chapters)


@by_key(ARTICLES)
def test_an_article_has_four_to_eight_paragraphs(page):
    for language in LANGUAGES:
        assert 4 <= len(page[language]["body"].strip().split("\n\n")) <= 8


def test_the_home_page_has_both_languages():
    assert_same_shape_in_other_words(HOME["sv"], HOME["en"])
    assert all(
        len(HOME[language]["lead"]) <= 200 and len(HOME[language]["examples"]) == 3 for language in LANGUAGES
    )


@pytest.mark.parametrize("room", ["accessibility", "about"])
def test_a_legal_text_has_both_languages(room):
    texts_by_language = {
        language: (TEXTS / f"{room}.{language}.md").read_text(encoding="utf-8") for language in LANGUAGES
    }
    assert all(text.startswith("# ") and len(text.split("\n\n")) > 3 for text in texts_by_language.values())
    assert texts_by_language["sv"].count("\n## ") == texts_by_language["en"].count("\n## ")
    assert texts_by_language["sv"] != texts_by_language["en"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_example_search_matches_a_page(language):
    for query in HOME[language]["examples"]:
        stems = [word[:5] for word in query.lower().split() if len(word) > 2]
        assert any(
            all(stem in " ".join(text.lower() for _, text in texts(page[language])) for stem in stems)
            for page in PAGES
        ), query
