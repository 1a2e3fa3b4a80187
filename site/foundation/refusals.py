"""Refusals: what a service raises when it will not do as asked, in a sentence a member can read."""

from __future__ import annotations

from django.utils.functional import Promise


class Refusal(Exception):
    """Base of all refusals. `sentence` says what is wrong and what to do; views show it at the form."""

    sentence: str | Promise = ""

    def __init__(self, sentence: str | Promise = "") -> None:
        if sentence:
            self.sentence = sentence
        super().__init__(self.sentence)

    def __str__(self) -> str:
        return str(self.sentence)


class NotAllowed(Refusal):
    """The actor may not do this; the reason is the policy's."""
