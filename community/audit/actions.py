"""The audit log: who did what to what, and why. It is kept in Wagtail's log tables, beside what staff do in the admin.

An entry holds only numbers and codes: of the actor, of the object, and as facts. The page of the log looks the names
up, so it does not show hidden or deleted data. The one text is `why`, the actor's own reason. It must not repeat what
was removed. Entries are added, never changed or deleted; database triggers enforce this too
(`community.audit.migrations`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import override
from wagtail.log_actions import LogFormatter, log, registry
from wagtail.models import Page

WHY = "why"

Labels = Mapping[str, str | Promise]

_fact_labels: dict[str, str | Promise] = {}
_value_labels: dict[str, str | Promise] = {}
_unnamed_models: set[str] = set()


def register_action(code: str, label: str | Promise) -> str:
    """Register an action, named "<package>.<action>", with the sentence that the log shows for it. Return its code."""

    class AuditAction(LogFormatter):
        def format_comment(self, entry: Any) -> str:
            return str(entry.data.get(WHY, ""))

    AuditAction.label = AuditAction.message = label
    registry.register_action(code)(AuditAction)
    return code


def register_facts(facts: Labels, values: Labels | None = None) -> None:
    """Register the label under which the log shows a fact, and the labels of codes that are its values. The log shows
    no fact without a label."""
    _fact_labels.update(facts)
    _value_labels.update(values or {})


def hide_names_of(*models: str) -> None:
    """Let the log show objects of these models ("<app>.<model>") by kind and number only."""
    _unnamed_models.update(model.lower() for model in models)


def fact_label(fact: str) -> str | Promise | None:
    return _fact_labels.get(fact)


def value_label(value: Any) -> Any:
    """Return the label of a code, or the value itself."""
    return _value_labels.get(value, value) if isinstance(value, str) else value


def has_shown_name(instance: Model) -> bool:
    return instance._meta.label_lower not in _unnamed_models


def log_action(*, actor: Any, action: str, subject: Model, why: str = "", **facts: int | str) -> None:
    """Add an entry, in the transaction of the change. Where `actor` is None, it is the user of Wagtail's admin in this
    request, or the site itself."""
    data = {**facts, WHY: why} if why else dict(facts)
    label = {} if isinstance(subject, Page) else {"title": numbered_label(subject._meta.model, subject.pk)}
    log(instance=subject, action=action, user=actor, data=data, **label)


def numbered_label(model: type[Model], pk: object) -> str:
    """Return the log's text in place of a name: the kind of object and its number."""
    with override(settings.LANGUAGE_CODE):
        return capfirst(f"{model._meta.verbose_name} {pk}")
