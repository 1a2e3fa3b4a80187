"""Partners: who is named, in what order, and why."""

from __future__ import annotations

from search.matching import Evidence, matches
from search.results import Reason
from tests.search.records import record

SUBJECT = record(
    "Svara i telefon",
    organisation_id=1,
    seeks="taligenkänning för dialekter\nen testpilot",
    offers="avtalsmall",
    technologies=("speech", "ai"),
    areas=("01",),
    places=("0780", "07", "SE"),
    stage="planned",
    organisation_kind="municipality",
)


def match(*evidence: Evidence) -> list:
    return matches(SUBJECT, evidence, rarity={"speech": 0.8, "ai": 0.05, "01": 0.3}, language="sv", size=10)


def test_every_reason_there_is_is_told_in_order() -> None:
    theirs = record(
        "Dialekter",
        organisation_id=2,
        offers="lokaler\nträningsdata för svenska dialekter",
        seeks="avtalsmallar",
        technologies=("speech", "ai"),
        areas=("01",),
        places=("0764", "07", "SE"),
        stage="pilot",
        organisation_kind="municipality",
    )
    [found] = match(Evidence(theirs, seeks_offers=0.9, offers_seeks=0.5, problem=0.4))
    assert found.reasons == (
        Reason(
            "seeks_offers", ours="taligenkänning för dialekter", theirs="träningsdata för svenska dialekter"
        ),
        Reason("offers_seeks", ours="avtalsmall", theirs="avtalsmallar"),
        Reason("same_problem", ours="Svara i telefon", theirs="Dialekter"),
        Reason("same_technology", codes=("speech",)),
        Reason("same_area", codes=("01",)),
        Reason("step_ahead", ours="planned", theirs="pilot"),
        Reason("near", codes=("07",)),
        Reason("alike", codes=("municipality",)),
    )
    assert found.mutual


def test_an_organisation_is_named_once_by_its_best_evidence() -> None:
    weak, strong = record("Svag", organisation_id=2), record("Stark", organisation_id=2)
    [found] = match(Evidence(weak, problem=0.3), Evidence(strong, problem=0.9))
    assert found.evidence == strong


def test_nobody_is_their_own_partner_and_context_alone_is_no_reason() -> None:
    own = record("Vårt andra", organisation_id=1)
    near = record("Nära", organisation_id=3, places=("0780", "07", "SE"), organisation_kind="municipality")
    nobody = record("Utan organisation", organisation_id=None)
    assert not match(Evidence(own, problem=0.9), Evidence(near), Evidence(nobody, problem=0.9))


def test_a_bare_name_is_no_evidence() -> None:
    named = record("Telefonbolaget", kind="organisation", organisation_id=4)
    telling = record("Talbolaget", kind="organisation", organisation_id=5, offers="taligenkänning")
    found = match(Evidence(named, problem=0.9), Evidence(telling, seeks_offers=0.9))
    assert [one.evidence for one in found] == [telling]


def test_what_is_sought_and_offered_weighs_more_than_being_near() -> None:
    offering = record("Långt borta", organisation_id=2, offers="taligenkänning")
    near = record("Grannen", organisation_id=3, places=("0780", "07", "SE"))
    found = match(Evidence(near, problem=0.3), Evidence(offering, seeks_offers=0.8))
    assert [one.evidence for one in found] == [offering, near]
