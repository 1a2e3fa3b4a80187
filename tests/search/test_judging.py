"""The judging tool answers the lines of a file with the same functions as the pages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.factories import OrganisationFactory, ReferenceFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("embedded")]


def reference(title: str, record_id: str, **fields: object) -> None:
    ReferenceFactory(
        title=title,
        language="en",
        organisation=OrganisationFactory(),
        provenance__record_id=record_id,
        **fields,
    )


def test_every_kind_of_line_is_answered_and_an_invalid_one_is_skipped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reference("Chatbot of a municipality", "A-1", description="Answers residents.")
    reference("Virtual assistant for residents", "A-2", description="Answers residents of the municipality.")
    reference("Snow ploughs", "A-3")
    reference("Chatbot that is hidden", "A-4", live=False)
    lines = [
        {"id": 1, "query": "chattbot kommun", "lang": "sv"},
        {"id": "two", "similar_to": "A-1"},
        {"id": 3, "partners_for": "A-1"},
        {"id": 4, "partners_text": "residents need answers"},
        {"id": 5, "similar_to": "nowhere"},
        {"id": 6},
        {"id": 7, "query": None, "lang": 3},
    ]
    queries = tmp_path / "queries.jsonl"
    queries.write_text("\n".join(["", "{not json", *map(json.dumps, lines), "[]"]), encoding="utf-8")
    call_command("search_run", str(queries), "--backend", "database")
    printed = capsys.readouterr()
    answers = {answer["id"]: answer["ranked"] for answer in map(json.loads, printed.out.splitlines())}
    assert set(answers) == {1, "two", 3, 4, 7}
    assert answers[1][0] == "A-1"
    assert (answers["two"], answers[3]) == (["A-2"], ["A-2"])
    assert set(answers[4]) == {"A-1", "A-2"}
    assert all("A-4" not in ranked for ranked in answers.values()), "a hidden record was ranked"
    assert printed.err.count("is left out") == 4
    assert "there is no record “nowhere”" in printed.err


def test_a_missing_file_or_backend_is_reported_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("search_run", str(tmp_path / "none.jsonl"))
    with pytest.raises(CommandError, match="is not set up here"):
        call_command("search_run", str(tmp_path / "none.jsonl"), "--backend", "elastic")
