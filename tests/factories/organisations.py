from __future__ import annotations

from typing import Any

import factory
from django.utils import timezone
from django.utils.text import slugify

from community.organisations.models import Kind, Membership, Organisation, Role
from community.organisations.names import name_key
from knowledge.models import Place
from tests.factories.members import MemberFactory
from tests.support.subjects import show_to


class OrganisationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"Föreningen Lyktan {n}")
    slug = factory.LazyAttribute(lambda o: slugify(o.name))
    key = factory.LazyAttribute(lambda o: name_key(o.name))
    kind = Kind.CIVIL_SOCIETY
    place = factory.LazyFunction(lambda: Place.objects.get(code="0180"))
    country = factory.LazyFunction(lambda: Place.objects.get(code="SE"))

    @classmethod
    def _create(cls, model_class: type[Organisation], *args: Any, **fields: Any) -> Organisation:
        """`audience`: the tokens of those who see it; the default is everyone."""
        audience = fields.pop("audience", None)
        made = super()._create(model_class, *args, **fields)
        return made if audience is None else show_to(made, audience)


class MembershipFactory(factory.django.DjangoModelFactory):
    """A confirmed membership of a claimed organisation, unless `waiting`."""

    class Meta:
        model = Membership

    class Params:
        waiting = factory.Trait(confirmed_at=None)

    organisation = factory.SubFactory(OrganisationFactory, claimed_at=factory.LazyFunction(timezone.now))
    member = factory.SubFactory(MemberFactory)
    role = Role.MEMBER
    confirmed_at = factory.LazyFunction(timezone.now)
