from __future__ import annotations

from typing import Any

import factory
from allauth.account.models import EmailAddress

from community.members.models import Member


class MemberFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Member

    email = factory.Sequence(lambda n: f"member{n}@example.org")
    password = "a long password"
    first_name = factory.Sequence(lambda n: f"Anna{n}")
    last_name = "Ek"

    @classmethod
    def _create(cls, model_class: type[Member], *args: Any, confirmed: bool = False, **fields: Any) -> Member:
        """`confirmed`: whether the member's address is confirmed."""
        member = model_class.objects.create_user(**fields)
        if confirmed:
            EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)
        return member
