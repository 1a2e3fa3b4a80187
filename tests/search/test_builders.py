"""A record contains all that its hit, its reasons for a match and its search need."""

from __future__ import annotations

import pytest

from community.organisations.models import Kind, Organisation
from community.projects.models import Project
from core.records import SearchRecord
from knowledge.models import Area, Place, Technology
from search.sources import source_named
from tests.factories import (
    OrganisationFactory,
    ParticipationFactory,
    ReferenceFactory,
    StatementFactory,
    UseCaseFactory,
)


def built(project: Project) -> SearchRecord:
    return source_named("project").records([project.pk])[0]


@pytest.mark.django_db
def test_a_project_becomes_a_complete_record() -> None:
    organisation = OrganisationFactory(name="Växjö kommun 2", kind=Kind.MUNICIPALITY)
    project = ReferenceFactory(
        title="Hitta läckor",
        benefit="Mindre vatten rinner bort.",
        description="Sensorer *lyssnar*.",
        went_wrong="Råttor.",
        language="sv",
        organisation=organisation,
        place=Place.objects.get(code="0780"),
        provenance__record_id="PSTW-7",
    )
    project.areas.add(Area.objects.get(code="06.3"))
    project.technologies.add(Technology.objects.get(code="rag"))
    project.tags.add("rör")
    project.save()
    StatementFactory(project=project, kind="seeks", text="Sensorer")
    ParticipationFactory(project=project, organisation=OrganisationFactory(name="Lessebo vatten"))

    record = built(project)
    assert (record.key, record.record_id, record.stage) == (f"project:{project.pk}", "PSTW-7", "in_use")
    assert record.text("en").body == "Sensorer lyssnar.\n\nRåttor."
    assert record.text("sv").seeks == record.text("en").seeks == "Sensorer"
    assert (record.areas, record.technologies) == (("06.3", "06"), ("rag", "generative-ai", "ai"))
    assert (record.country, record.places, record.where["en"]) == (
        "SE",
        ("0780", "07", "SE"),
        "Växjö, Sweden",
    )
    assert (record.organisation_name, record.organisation_kind) == ("Växjö kommun 2", "municipality")
    assert {"Kommun", "rör", "Lessebo vatten", "Växjö"} <= set(record.keywords["sv"])
    assert record.url("en").startswith("/en/")
    assert record.reference


@pytest.mark.django_db
def test_a_project_without_a_place_has_the_place_of_its_organisation() -> None:
    assert built(ReferenceFactory()).places == ("0180", "01", "SE")
    abroad = OrganisationFactory(place=None, country=Place.objects.get(code="NO"))
    assert built(ReferenceFactory(organisation=abroad, language="nb")).places == ("NO",)


@pytest.mark.django_db
def test_the_statements_of_an_organisation_fill_body_offers_and_seeks() -> None:
    organisation: Organisation = OrganisationFactory(description="Vi **bygger** broar.")
    StatementFactory(organisation=organisation, kind="offers", text="Avtalsmall", text_en="Contract template")
    StatementFactory(organisation=organisation, kind="seeks", text="En testpilot")
    record = source_named("organisation").records([organisation.pk])[0]
    assert (record.text("sv").offers, record.text("en").offers) == ("Avtalsmall", "Contract template")
    assert (record.text("sv").seeks, record.text("sv").summary) == ("En testpilot", "Vi bygger broar.")
    assert record.organisation_id == organisation.pk


@pytest.mark.django_db
def test_a_use_case_belongs_to_the_organisation_that_owns_it() -> None:
    page = UseCaseFactory(problem="Det läcker.", place=None)
    ParticipationFactory(work=page.work, role="adopter")
    owner = ParticipationFactory(work=page.work, role="owner").organisation
    record = source_named("work").records([page.work_id])[0]
    assert (record.kind, record.id, record.organisation_id) == ("use_case", page.work_id, owner.pk)
    assert (record.text("sv").body, record.stage) == ("Det läcker.", "in_use")
    assert record.url("sv") == page.url
