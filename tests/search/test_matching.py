"""Partners: which organisations are named, in what order, and for what reasons."""

from __future__ import annotations

from core.records import SearchRecord
from search.matching import Evidence, matches, record_tokens
from search.results import Reason
from search.words import index_tokens
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


def match(*evidence: Evidence, subject: SearchRecord = SUBJECT, common: frozenset[str] = frozenset()) -> list:
    weights = {token: 0.1 if token in common else 1.0 for token in record_tokens(subject, "sv")}
    return matches(
        subject,
        evidence,
        rarity={"speech": 0.8, "chatbot": 0.4, "ai": 0.05, "01": 0.3},
        informativeness=weights,
        language="sv",
        size=10,
    )


def test_every_reason_is_given_in_order() -> None:
    theirs = record(
        "Svara på dialekter i telefon",
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
            "seeks_offers",
            ours="taligenkänning för dialekter",
            theirs="träningsdata för svenska dialekter",
            words=("dialekter",),
        ),
        Reason(
            "offers_seeks", ours="avtalsmall", theirs="avtalsmallar", words=("avtalsmall", "avtalsmallar")
        ),
        Reason(
            "same_problem",
            ours="Svara i telefon",
            theirs="Svara på dialekter i telefon",
            words=("telefon",),
        ),
        Reason("same_technology", codes=("speech",)),
        Reason("same_area", codes=("01",)),
        Reason("step_ahead", ours="planned", theirs="pilot"),
        Reason("near", codes=("07",)),
        Reason("alike", codes=("municipality",)),
    )
    assert found.mutual


def test_a_country_a_kind_and_common_words_are_no_reason() -> None:
    theirs = record(
        "Snöröjning",
        organisation_id=2,
        offers="erfarenhet av att dela en modell för dialekter",
        places=("SE",),
        stage="pilot",
        organisation_kind="municipality",
    )
    [ranked] = match(
        Evidence(theirs, seeks_offers=0.9, problem=0.9), common=frozenset(index_tokens("dialekter", "sv"))
    )
    assert ranked.reasons == (), "a common word was a reason"
    [unweighted] = match(Evidence(theirs, seeks_offers=0.9))
    assert "near" not in {reason.kind for reason in unweighted.reasons}, "sharing a country is not a reason"


def test_a_common_technology_is_a_reason_if_the_texts_are_alike_and_an_area_is_shared() -> None:
    subject = record("Kiri", organisation_id=1, technologies=("chatbot", "ai"), areas=("01",))
    near = record("Kati", organisation_id=2, technologies=("chatbot", "ai"), areas=("01",))
    elsewhere = record("Suve", organisation_id=3, technologies=("chatbot", "ai"), areas=("07",))
    found = match(*(Evidence(theirs, problem=0.5) for theirs in (near, elsewhere)), subject=subject)
    reasons = {one.organisation_id: [reason.kind for reason in one.reasons] for one in found}
    assert reasons == {2: ["same_technology", "same_area"], 3: []}


def test_shared_parts_of_compounds_and_weak_similarity_are_no_reason() -> None:
    subject = record("Vägar", organisation_id=1, seeks="väggivare", offers="granska med skärmläsare")
    theirs = record("Skog", organisation_id=2, offers="markfuktsgivare", seeks="checklista för bygglov")
    [found] = match(Evidence(theirs, seeks_offers=0.9, offers_seeks=0.9, problem=0.9), subject=subject)
    assert found.reasons == ()
    assert not found.mutual


def test_the_name_of_an_organisation_is_not_a_shared_problem() -> None:
    theirs = record("Telefon i Norr", kind="organisation", organisation_id=2, body="Vi svarar i telefon.")
    [found] = match(Evidence(theirs, problem=0.9))
    assert found.reasons == ()


def test_a_quotation_is_short_and_contains_the_matching_words() -> None:
    long = "Vi har under många år samlat in och gett ut stora mängder träningsdata för alla svenska dialekter i norr"
    theirs = record("Norr", organisation_id=2, offers=long)
    [found] = match(Evidence(theirs, seeks_offers=0.9))
    assert len(found.reasons[0].theirs) <= 70
    assert "dialekter" in found.reasons[0].theirs


def test_an_organisation_is_named_once_with_its_best_evidence() -> None:
    weak, strong = record("Svag", organisation_id=2), record("Stark", organisation_id=2)
    [found] = match(Evidence(weak, problem=0.3), Evidence(strong, problem=0.9))
    assert found.evidence == strong


def test_an_organisation_is_not_its_own_partner_and_context_alone_is_no_reason() -> None:
    own = record("Vårt andra", organisation_id=1)
    near = record("Nära", organisation_id=3, places=("0780", "07", "SE"), organisation_kind="municipality")
    unowned = record("Utan organisation", organisation_id=None)
    assert not match(Evidence(own, problem=0.9), Evidence(near), Evidence(unowned, problem=0.9))


def test_a_name_alone_is_no_evidence() -> None:
    named = record("Telefonbolaget", kind="organisation", organisation_id=4)
    telling = record("Talbolaget", kind="organisation", organisation_id=5, offers="taligenkänning")
    found = match(Evidence(named, problem=0.9), Evidence(telling, seeks_offers=0.9))
    assert [one.evidence for one in found] == [telling]


def test_a_matching_offer_weighs_more_than_a_short_distance() -> None:
    offering = record("Långt borta", organisation_id=2, offers="taligenkänning")
    near = record("Grannen", organisation_id=3, places=("0780", "07", "SE"))
    found = match(Evidence(near, problem=0.3), Evidence(offering, seeks_offers=0.8))
    assert [one.evidence for one in found] == [offering, near]
