from __future__ import annotations

import factory

from community.statements.models import Statement, StatementKind
from tests.factories.organisations import OrganisationFactory


class StatementFactory(factory.django.DjangoModelFactory):
    """A statement of an organisation, or about a `project` of it."""

    class Meta:
        model = Statement

    class Params:
        project = None

    organisation = factory.LazyAttribute(
        lambda o: o.project.organisation if o.project else OrganisationFactory()
    )
    about = factory.LazyAttribute(lambda o: o.project.subject if o.project else None)
    kind = StatementKind.OFFERS
    text = factory.Sequence(lambda n: f"We can share agreement number {n}.")
