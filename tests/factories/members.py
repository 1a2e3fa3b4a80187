from __future__ import annotations

from typing import Any

import factory

from community.members.models import Member


class MemberFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Member

    email = factory.Sequence(lambda n: f"member{n}@example.org")
    password = "a long password"
    first_name = factory.Sequence(lambda n: f"Anna{n}")
    last_name = "Ek"

    @classmethod
    def _create(cls, model_class: type[Member], *args: Any, **fields: Any) -> Member:
        return model_class.objects.create_user(**fields)
