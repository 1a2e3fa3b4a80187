"""Samples of each mail, for the preview page. A package registers one for every template that it sends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from community.mail import streams

Fill = Callable[[], dict[str, Any]]


@dataclass(frozen=True)
class Sample:
    template: str
    stream: str
    fill: Fill


_samples: dict[str, Sample] = {}


def sample(template: str, *, stream: str) -> Callable[[Fill], Fill]:
    """Register a function that returns the context of `template` for the preview. It is called in each language."""

    def register(fill: Fill) -> Fill:
        _samples[template] = Sample(template, stream, fill)
        return fill

    return register


def get(template: str) -> Sample:
    """Return the sample of this template. Raises `KeyError` if there is none."""
    return _samples[template]


def templates() -> list[str]:
    return sorted(_samples)


@sample("confirm_subscription", stream=streams.ACCOUNT)
def confirm_subscription() -> dict[str, Any]:
    return {"confirm_url": "https://samverka.example/", "stream_label": streams.get(streams.NEWSLETTER).label}


@sample("confirm_address", stream=streams.ACCOUNT)
def confirm_address() -> dict[str, Any]:
    return {"confirm_url": "https://samverka.example/"}


@sample("account/email_confirmation", stream=streams.ACCOUNT)
def email_confirmation() -> dict[str, Any]:
    return {"activate_url": "https://samverka.example/accounts/confirm-email/MTk6abc/"}


@sample("account/password_reset_key", stream=streams.ACCOUNT)
def password_reset_key() -> dict[str, Any]:
    return {"password_reset_url": "https://samverka.example/accounts/password/reset/key/2a-abc/"}


@sample("account/unknown_account", stream=streams.ACCOUNT)
def unknown_account() -> dict[str, Any]:
    return {"signup_url": "https://samverka.example/accounts/signup/"}


@sample("account/account_already_exists", stream=streams.ACCOUNT)
def account_already_exists() -> dict[str, Any]:
    return {"password_reset_url": "https://samverka.example/accounts/password/reset/"}
