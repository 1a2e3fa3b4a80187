"""E-mail addresses in one spelling, so that one mailbox is one address."""

from __future__ import annotations

from typing import Any

from django.db import models

from core.text import normalized

LONGEST_DOMAIN = 253


def fold_domain(domain: str) -> str:
    """Return a domain in lower case and in its readable form: "VÄXJÖ.example" and "xn--vxj-qla6g.example" are
    "växjö.example". Text that is not a domain is only lowered."""
    folded = normalized(domain).strip().casefold().rstrip(".")
    if len(folded) > LONGEST_DOMAIN:
        return folded
    try:
        return normalized(folded.encode("idna").decode("ascii").encode("ascii").decode("idna"))
    except UnicodeError:
        return folded


def fold_address(address: str) -> str:
    """The address in small letters, with its domain folded."""
    local, at, domain = normalized(address).strip().rpartition("@")
    return f"{local.lower()}@{fold_domain(domain)}" if at else domain.lower()


class AddressField(models.EmailField):
    """An e-mail address, stored and looked up in its one spelling. In migrations an EmailField."""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return fold_address(value) if isinstance(value, str) else value

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        return fold_address(super().clean(value, model_instance) or "")

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.EmailField", args, kwargs


class DomainField(models.CharField):
    """The domain of e-mail addresses, stored and looked up in its one spelling. In migrations a CharField."""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return fold_domain(value) if isinstance(value, str) else value

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs
