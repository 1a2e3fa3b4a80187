from __future__ import annotations

from typing import Any, Self, TypeVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models

from core.mail_addresses import fold_address

AnyMember = TypeVar("AnyMember", bound=AbstractUser)


class MemberManager(BaseUserManager[AnyMember]):
    def get_by_natural_key(self, username: str | None) -> Any:
        return self.get(email__iexact=fold_address(username or ""))

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Any:
        member = self.model(email=fold_address(email), **fields)
        member.set_password(password)
        member.save(using=self._db)
        return member

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> Any:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class ConsentQuerySet(models.QuerySet):
    """Consents cannot be changed."""

    def update(self, **fields: Any) -> int:
        raise TypeError("A consent is never changed.")

    def in_words(self) -> Self:
        return self.select_related("text")
