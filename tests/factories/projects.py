from __future__ import annotations

from decimal import Decimal
from typing import Any

import factory
from django.utils import timezone

from community.inventories.models import ImportedRecord, ImportRun
from community.organisations.models import Organisation
from community.participation.models import Measure, Participation, Result, Role
from community.projects import services
from community.projects.cards import Card
from community.projects.models import Project
from community.statements.inputs import StatementInput
from knowledge.models import Stage
from tests.factories.organisations import MembershipFactory, OrganisationFactory
from tests.support.subjects import show_to


def speaker_for(organisation: Organisation) -> Any:
    """Return a member who may speak for the organisation. Create one if there is none."""
    found = organisation.memberships.confirmed().first()
    return (found or MembershipFactory(organisation=organisation)).member


class ProjectFactory(factory.Factory):
    """Created by the service that members use; every field of the card may be given, and what it `offers` and
    `seeks`: a sentence each."""

    class Meta:
        model = Project

    organisation = factory.SubFactory(OrganisationFactory)
    author = factory.LazyAttribute(lambda o: speaker_for(o.organisation))
    publish = True
    derived_from = None
    title = factory.Sequence(lambda n: f"Answer questions about waste {n}")
    benefit = "Shorter queues for residents."
    stage = Stage.PILOT

    @classmethod
    def _create(cls, model_class: type[Project], *args: Any, **fields: Any) -> Project:
        actor = fields.pop("author")
        around = {name: fields.pop(name) for name in ("organisation", "publish", "derived_from")}
        said = [
            StatementInput(kind=kind, text=fields.pop(kind)) for kind in ("offers", "seeks") if kind in fields
        ]
        return services.post_project(actor=actor, **around, card=Card(**fields), statements=said)


class ReferenceFactory(factory.django.DjangoModelFactory):
    """A project imported from a published inventory, with its provenance."""

    class Meta:
        model = Project
        skip_postgeneration_save = True

    organisation = factory.SubFactory(OrganisationFactory, is_reference=True)
    title = factory.Sequence(lambda n: f"Chatbot of a city {n}")
    stage = Stage.IN_USE
    is_reference = True
    first_published_at = factory.LazyFunction(timezone.now)

    @classmethod
    def _create(cls, model_class: type[Project], *args: Any, **fields: Any) -> Project:
        """`audience`: the tokens of those who see it; the default is everyone."""
        audience = fields.pop("audience", None)
        made = super()._create(model_class, *args, **fields)
        return made if audience is None else show_to(made, audience)

    @factory.post_generation
    def provenance(project: Project, create: bool, extracted: object, **fields: Any) -> None:
        run = ImportRun.objects.create(source="eu-pstw", file_name="inventory.csv")
        values = {
            "source": "eu-pstw",
            "record_id": f"PSTW-{project.pk}",
            "licence": "CC BY 4.0",
            "attribution": "European Commission, Public Sector Tech Watch",
            **fields,
        }
        ImportedRecord.objects.create(
            project=project,
            record_key=values["record_id"].lower(),
            owner="",
            digest="0",
            created_in=run,
            **values,
        )


class ParticipationFactory(factory.django.DjangoModelFactory):
    """A participation in a `project` or a `work`."""

    class Meta:
        model = Participation

    class Params:
        project = None
        work = None

    subject = factory.LazyAttribute(lambda o: (o.project or o.work).subject)

    organisation = factory.SubFactory(OrganisationFactory)
    role = Role.ADOPTER
    stage = Stage.PILOT


class ResultFactory(factory.django.DjangoModelFactory):
    """A result of a `participation`, in a measure whose code may be given as `of`."""

    class Meta:
        model = Result

    class Params:
        of = "calls"

    participation = factory.SubFactory(ParticipationFactory)
    measure = factory.LazyAttribute(lambda o: Measure.objects.get(code=o.of))
    unit = factory.LazyAttribute(lambda o: o.measure.unit)
    direction = factory.LazyAttribute(lambda o: o.measure.direction)
    value = Decimal(18)
    how_measured = "Counted in the switchboard's statistics."
