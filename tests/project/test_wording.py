"""The word list of `make check` finds retired words only where they count."""

from __future__ import annotations

from tests.support.wording import WordList, wide_lines

WORDS = WordList.read(
    "[prose]\nanew  again\n(?:^|(?<=[.;:] ))(?-i:Who)(?! [^.]*\\?)  name the person\n"
    "[names]\nput_back  retry_later\n[name parts]\ndeed  action\n[allowed]\nseen.py anew\n"
)


def found(path: str, text: str) -> list[tuple[int, str]]:
    return sorted((each.line, each.found) for each in WORDS.findings(path, text))


def test_words_are_found_in_comments_docstrings_and_defined_names() -> None:
    source = '"""Who asks anew."""\n\n\ndef put_back(last_deed: int) -> str:\n    return "anew"  # Anew.\n'
    assert found("a.py", source) == [(1, "Who"), (1, "anew"), (4, "deed"), (4, "put_back"), (5, "Anew")]
    assert found("seen.py", source) == [(1, "Who"), (4, "deed"), (4, "put_back")]


def test_words_are_found_in_documents_and_in_comments_of_templates_but_not_in_code() -> None:
    assert found("a.md", "A line.\n\nDone anew, `anew`.\n\n```\nanew\n```\n") == [(3, "anew")]
    assert found("a.html", "<p>anew</p>\n{# Anew. #}") == [(2, "Anew")]


def test_a_question_may_begin_with_who() -> None:
    assert found("a.md", "Who may see it? A member. Who asks, waits.") == [(1, "Who")]


def test_lines_of_documents_are_at_most_120_columns_wide() -> None:
    wide = "word " * 25
    assert len(list(wide_lines("a.md", f"{wide}\n| {wide}\n```\n{wide}\n```\n"))) == 1
