from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def read(path: str) -> list[dict[str, str]]:
    with (ROOT / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def bodies() -> list[dict[str, str]]:
    return read("community/organisations/seed/swedish_public_bodies.csv")


def test_the_311_swedish_municipalities_and_regions_are_there() -> None:
    assert Counter(body["kind"] for body in bodies()) == {"municipality": 290, "region": 21}


def test_no_two_bodies_share_a_code_or_a_name() -> None:
    rows = bodies()
    assert len({body["code"] for body in rows}) == len(rows)
    assert len({body["name"].casefold() for body in rows}) == len(rows)


def test_a_body_lies_in_the_place_its_code_says() -> None:
    kinds = {place["code"]: place["kind"] for place in read("knowledge/taxonomy/places.csv")}
    for body in bodies():
        assert body["code"] == {"municipality": "", "region": "r"}[body["kind"]] + body["place"]
        assert kinds[body["place"]] == {"municipality": "kommun", "region": "lan"}[body["kind"]]


def test_names_are_written_cleanly() -> None:
    for body in bodies():
        assert body["name"] == " ".join(body["name"].split())
        assert body["name"].endswith(" kommun") or "egion" in body["name"]
