from __future__ import annotations

import json
from functools import partial
from pathlib import Path

from core.records import from_data
from search.elastic.documents import ADDED, Entry, source
from tests.search.records import record

english = partial(record, language="en")


SNAPSHOT = Path(__file__).with_name("mapping.json")


def test_the_mapping_equals_the_stored_one() -> None:
    """After an intended change, write the new mapping to mapping.json, and ask operators to rebuild the index."""
    mapping = Entry._doc_type.mapping.to_dict()
    assert mapping == json.loads(SNAPSHOT.read_text(encoding="utf-8"))


def test_a_document_contains_the_whole_record() -> None:
    chatbot = english("Chatbot", body="It answers.", places=("SE",), keywords={"sv": ("Sverige",)})
    document = json.loads(json.dumps(source(chatbot)))
    assert from_data({name: value for name, value in document.items() if name not in ADDED}) == chatbot


def test_a_document_contains_the_concepts_of_both_languages_and_the_parts_of_compounds() -> None:
    document = source(record("Äldreomsorg", in_english="Chatbot"))
    assert {"_chatbot", "_elderly_care"} <= set(document["concepts"]["title"].split())
    assert {"omsorg", "aldreomsorg"} <= set(document["parts"]["title"].split())
    assert "_chatbot" not in document["parts"]["title"]


def test_shown_fields_are_not_indexed_and_search_fields_are_not_stored() -> None:
    mapping = Entry._doc_type.mapping.to_dict()
    assert mapping["dynamic"] == "false"
    assert not {"urls", "where", "reference"} & set(mapping["properties"])
    assert mapping["_source"]["excludes"] == list(ADDED)
