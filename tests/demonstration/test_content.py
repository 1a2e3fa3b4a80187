"""The demonstration's organisations, people, projects, threads and adoptions refer to objects that exist."""

from __future__ import annotations

import csv
import datetime
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from knowledge.models import Facts

ROOT = Path(__file__).resolve().parents[2]
CONTENT = ROOT / "site" / "demonstration" / "content"
PUBLISHED = ROOT.parent / "shared" / "data"

KINDS = {
    "municipality",
    "municipal_association",
    "region",
    "agency",
    "civil_society",
    "company",
    "municipal_company",
    "academia",
}
STAGES = {"idea", "planned", "developing", "pilot", "in_use", "scaled", "paused", "retired"}
STOPPED = {"paused", "retired"}
ROLES = {"owner", "partner", "adopter", "supplier", "research", "funder"}
STATEMENTS = ("does", "offers", "seeks")
STORY = ("problem", "how_it_works", "data_used", "result")


def content(subject: str) -> list[dict[str, Any]]:
    """Return all entries of one subject, from all its files."""
    files = sorted(CONTENT.glob(f"{subject}s.toml")) + sorted(CONTENT.glob(f"{subject}s_*.toml"))
    return [entry for file in files for entry in tomllib.loads(file.read_text(encoding="utf-8"))[subject]]


def codes(name: str) -> set[str]:
    with (ROOT / "knowledge" / "taxonomy" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"] for row in csv.DictReader(file)}


ORGANISATIONS = content("organisation")
MEMBERS = content("member")
PROJECTS = content("project")
THREADS = content("thread")
ADOPTIONS = content("adoption")
SUBJECTS = {
    f"{kind}:{entry['key']}": entry for kind in ("project", "use_case", "guide") for entry in content(kind)
}
ORGANISATION_KEYS = {organisation["key"] for organisation in ORGANISATIONS}
EMPLOYERS = {member["email"]: member.get("organisation") for member in MEMBERS}


def subject_of(adoption: dict[str, Any]) -> str:
    return adoption.get("work") or f"project:{adoption['project']}"


def statements(organisation: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry for kind in STATEMENTS for entry in organisation[kind]]


def test_the_demonstration_has_the_promised_number_of_pages() -> None:
    assert len(ORGANISATIONS) == 30
    assert len(MEMBERS) >= 40
    assert len(PROJECTS) == 60
    assert len(THREADS) >= 25
    assert len(ADOPTIONS) == 40
    assert sum(all(project.get(field) for field in STORY) for project in PROJECTS) >= 30


@pytest.mark.parametrize(
    "named",
    [
        [organisation["key"] for organisation in ORGANISATIONS],
        [organisation["name"] for organisation in ORGANISATIONS],
        [member["email"] for member in MEMBERS],
        [project["key"] for project in PROJECTS],
        [project["title"] for project in PROJECTS],
        [thread["subject"] for thread in THREADS],
        [(subject_of(adoption), adoption["organisation"]) for adoption in ADOPTIONS],
    ],
    ids=["organisations", "names", "members", "projects", "titles", "threads", "adoptions"],
)
def test_no_name_is_used_twice(named: list[Any]) -> None:
    assert [name for name, times in Counter(named).items() if times > 1] == []


def test_every_kind_of_organisation_and_every_stage_occurs() -> None:
    assert {organisation["kind"] for organisation in ORGANISATIONS} == KINDS
    assert {project["stage"] for project in PROJECTS} == STAGES


def test_only_stopped_projects_say_why_they_stopped() -> None:
    for project in PROJECTS:
        assert bool(project.get("stop_reason")) == (project["stage"] in STOPPED), project["key"]


@pytest.mark.parametrize("field", ["areas", "technologies", "themes"])
def test_codes_exist_in_the_taxonomy(field: str) -> None:
    used = {(project["key"], code) for project in PROJECTS for code in project[field]}
    for organisation in ORGANISATIONS:
        codes_stated = [code for entry in statements(organisation) for code in entry.get(field, [])]
        used |= {(organisation["key"], code) for code in codes_stated}
    known = codes(field)
    assert {(owner, code) for owner, code in used if code not in known} == set()


def test_places_exist_in_the_taxonomy() -> None:
    places = codes("places")
    assert [entry["key"] for entry in ORGANISATIONS + PROJECTS if entry["place"] not in places] == []


def test_people_and_organisations_exist() -> None:
    for member in MEMBERS:
        assert member.get("is_staff") or member["organisation"] in ORGANISATION_KEYS, member["email"]
    for project in PROJECTS:
        assert project["contact"] in EMPLOYERS, project["key"]
        assert project["organisation"] in ORGANISATION_KEYS, project["key"]
        for partner in project.get("partners", []):
            assert partner["organisation"] in ORGANISATION_KEYS - {project["organisation"]}, project["key"]
            assert partner["role"] in ROLES, project["key"]


def test_contacts_speak_for_the_organisation_that_answers() -> None:
    for project in PROJECTS:
        assert EMPLOYERS[project["contact"]] == project["organisation"], project["key"]


def test_every_organisation_has_a_member_and_a_project() -> None:
    admins = [member for member in MEMBERS if member.get("role") == "admin"]
    assert {admin["organisation"] for admin in admins} == ORGANISATION_KEYS
    assert {project["organisation"] for project in PROJECTS} == ORGANISATION_KEYS


def test_addresses_are_fictional_and_mail_uses_the_domain_of_the_organisation() -> None:
    domains = {organisation["key"]: organisation["website"] for organisation in ORGANISATIONS}
    for member in MEMBERS:
        domain = member["email"].partition("@")[2]
        assert domain.endswith(".example")
        assert member.get("is_staff") or domains[member["organisation"]] == f"https://www.{domain}"
    for file in CONTENT.glob("*.toml"):
        for host in re.findall(r"https?://([^/\s\"<>)]+)", file.read_text(encoding="utf-8")):
            assert host.endswith(".example"), f"{host} in {file.name}"


def test_the_accounts_shown_to_users_come_first() -> None:
    editor, anna, li = MEMBERS[:3]
    assert editor["email"] == "redaktor@samverka.example"
    assert [member["email"] for member in MEMBERS if member.get("is_staff")] == [editor["email"]]
    assert (anna["email"], anna["role"]) == ("anna.berg@granvik.example", "member")
    assert (li["email"], li["role"]) == ("li.holm@norrsund.example", "member")


def test_threads_have_a_subject_and_authors() -> None:
    for thread in THREADS:
        assert thread["subject"] in SUBJECTS
        assert 2 <= len(thread["posts"]) <= 8, thread["subject"]
        assert {post["author"] for post in thread["posts"]} <= EMPLOYERS.keys(), thread["subject"]
        assert all(post["text"].strip() for post in thread["posts"]), thread["subject"]


def test_no_answer_is_older_than_its_question_or_its_subject() -> None:
    for thread in THREADS:
        days = [post["days_ago"] for post in thread["posts"]]
        assert days == sorted(days, reverse=True), thread["subject"]
        assert days[0] <= SUBJECTS[thread["subject"]]["days_ago"], thread["subject"]


def test_organisations_adopt_only_work_of_others() -> None:
    for adoption in ADOPTIONS:
        subject = subject_of(adoption)
        work = SUBJECTS[subject]
        partners = {partner["organisation"] for partner in work.get("partners", [])}
        assert adoption["organisation"] in ORGANISATION_KEYS - {work["organisation"]} - partners, subject
        assert adoption["stage"] in STAGES, subject
        assert adoption["role"] == "adopter", subject
        assert isinstance(adoption["since"], datetime.date), subject


def test_results_are_of_owners_and_adopters_in_known_measures() -> None:
    with (ROOT / "community" / "participation" / "seed" / "measures.csv").open(encoding="utf-8") as file:
        measures = {row["code"] for row in csv.DictReader(file)}
    adopted = {(subject_of(adoption), adoption["organisation"]) for adoption in ADOPTIONS}
    for result in content("result"):
        subject = subject_of(result)
        assert ("measure" in result) != ("other_measure" in result), subject
        assert result.get("measure", "calls") in measures, subject
        assert result["organisation"] == SUBJECTS[subject]["organisation"] or (
            (subject, result["organisation"]) in adopted
        ), subject


def test_texts_fit_their_fields() -> None:
    for project in PROJECTS:
        assert len(project["title"]) <= 250, project["key"]
        assert len(project["benefit"]) <= 200, project["key"]
        assert len(project.get("stop_reason", "")) <= 300, project["key"]
    for adoption in ADOPTIONS:
        assert len(adoption["note"]) <= 300, adoption["note"]
        assert len(adoption.get("results", "")) <= 300, adoption["results"]
    for organisation in ORGANISATIONS:
        for entry in statements(organisation):
            assert max(len(entry["sv"]), len(entry["en"])) <= 300, entry["sv"]


def test_both_languages_occur() -> None:
    languages = Counter(project["language"] for project in PROJECTS)
    assert set(languages) == {"sv", "en"}
    assert languages["en"] >= 10
    assert {member["language"] for member in MEMBERS} == {"sv", "en"}
    for organisation in ORGANISATIONS:
        assert organisation["description_sv"].strip() != organisation["description_en"].strip() != ""
        assert all(1 <= len(organisation[kind]) <= 3 for kind in STATEMENTS), organisation["key"]
        assert all(entry["sv"] != entry["en"] for entry in statements(organisation)), organisation["key"]


def test_partners_can_be_found() -> None:
    """Projects that seek something share an area and a technology with another organisation's project that offers
    it."""
    offering = [project for project in PROJECTS if project.get("offers")]
    met = [
        project["key"]
        for project in PROJECTS
        if project.get("seeks")
        and any(
            other["organisation"] != project["organisation"]
            and set(other["areas"]) & set(project["areas"])
            and set(other["technologies"]) & set(project["technologies"])
            for other in offering
        )
    ]
    assert len(met) >= 30


def test_no_organisation_has_a_real_name() -> None:
    columns = {
        "sweden-municipalities.csv": ("municipality_name", "municipality_name_short"),
        "sweden-regions.csv": ("region_name",),
    }
    if not all((PUBLISHED / file).exists() for file in columns):
        pytest.skip("the lists of municipalities and regions are not beside the project")
    real: set[str] = set()
    for file, names in columns.items():
        with (PUBLISHED / file).open(encoding="utf-8", newline="") as rows:
            real |= {row[name].casefold() for row in csv.DictReader(rows) for name in names}
    for organisation in ORGANISATIONS:
        name = organisation["name"].casefold()
        words = {word.removesuffix("s") for word in name.split()} | set(name.split()) | {name}
        assert not words & real, organisation["name"]


def test_facts_of_the_demonstration_are_fields_and_codes() -> None:
    with (ROOT / "knowledge" / "taxonomy" / "codes.csv").open(encoding="utf-8", newline="") as file:
        known = {(row["list"], row["code"]) for row in csv.DictReader(file)}
    stated = [
        facts for kind in ("project", "use_case") for entry in content(kind) if (facts := entry.get("facts"))
    ]
    assert len(stated) >= 8
    for facts in stated:
        assert facts.keys() <= set(Facts.FACT_FIELDS)
        for name, value in facts.items():
            code_list = getattr(Facts._meta.get_field(name), "code_list", "technology")
            if code_list != "technology":
                codes = value if isinstance(value, list) else [value]
                assert {(code_list, code) for code in codes} <= known, (name, value)
