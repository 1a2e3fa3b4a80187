"""Every text field has a maximum length, so that no text makes rendering, cleaning or indexing slow."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

import pytest
from allauth.core.context import request_context
from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.test import RequestFactory
from wagtail import blocks
from wagtail.models import get_page_models

from community.contact.models import ContactMessageKind
from community.contact.services import send_message
from community.discussions import services as discussions
from community.members.models import Member
from community.organisations import services as organisations
from core.text_fields import LONGEST, MarkdownField
from knowledge.blocks import ChapterBlock
from knowledge.models import RenderedText
from knowledge.models.rendered import markdown_fields
from tests.factories import MembershipFactory, ProjectFactory
from tests.support.threads import new_member, new_thread

PACKAGES = ("core", "subjects", "knowledge", "community", "search", "operations", "config")
DERIVED = {
    "knowledge.RenderedText.html": "made from a Markdown field",
    "discussions.Post.html": "made from its text",
    "knowledge.PolicyText.body": "a copy of a page's text",
    "mail.Delivery.text": "made from our own templates",
    "mail.Delivery.html": "made from our own templates",
}


def our_models() -> Iterator[type[models.Model]]:
    return (model for model in apps.get_models() if model.__module__.partition(".")[0] in PACKAGES)


def bound(field: models.Field | forms.Field) -> int | None:
    """Return the lowest limit of the field."""
    limits = [one.limit_value for one in field.validators if isinstance(one, MaxLengthValidator)]
    return min(limits, default=None)


TEXT_FIELDS = [
    pytest.param(field, id=f"{model._meta.label}.{field.name}")
    for model in our_models()
    for field in model._meta.concrete_fields
    if isinstance(field, models.TextField | models.CharField)
    and f"{model._meta.label}.{field.name}" not in DERIVED
    and field.model is model
]


@pytest.mark.parametrize("field", TEXT_FIELDS)
def test_every_text_field_of_a_model_refuses_a_text_that_is_too_long(field: models.Field) -> None:
    limit = bound(field)
    assert limit is not None
    assert limit <= LONGEST
    with pytest.raises(ValidationError):
        field.clean("a" * (LONGEST + 1), None)


def test_derived_fields_name_existing_source_fields() -> None:
    for name in DERIVED:
        label, _, field = name.rpartition(".")
        assert apps.get_model(label)._meta.get_field(field)


def test_all_markdown_is_bounded_and_can_be_rendered() -> None:
    shown = {model._meta.label: markdown_fields(model) for model in our_models() if markdown_fields(model)}
    assert set(shown) == {
        "knowledge.UseCasePage",
        "organisations.Organisation",
        "discussions.Post",
        "projects.Project",
    }
    assert all(hasattr(apps.get_model(label), "rendered") for label in shown)
    assert MarkdownField().deconstruct()[1:] == models.TextField().deconstruct()[1:], (
        "no migration for a bound"
    )


def our_forms() -> list[type[forms.BaseForm]]:
    for name in PACKAGES:
        package = import_module(name)
        for module in walk_packages(package.__path__, f"{name}."):
            if module.name.rpartition(".")[2] in ("forms", "views", "wagtail_hooks", "adapter"):
                import_module(module.name)
    found, waiting = [], [forms.BaseForm]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.partition(".")[0] in PACKAGES and kind not in found:
            found.append(kind)
    return found


def fields_of(form: type[forms.BaseForm]) -> dict[str, forms.Field]:
    """Return the fields of an instance; of the class if the form needs more arguments than a member."""
    for arguments in ({}, {"member": Member()}, {"user": Member()}):
        try:
            with request_context(RequestFactory().get("/")):
                return dict(form(**arguments).fields)
        except (TypeError, AttributeError, ValueError):
            continue
    return dict(getattr(form, "base_fields", {}))


@pytest.mark.django_db
def test_every_text_field_of_a_form_has_a_maximum_length() -> None:
    found = our_forms()
    assert {"PostForm", "ProjectForm", "SignUpForm", "UseCaseForm"} <= {form.__name__ for form in found}
    assert [
        f"{form.__qualname__}.{name}"
        for form in found
        for name, field in fields_of(form).items()
        if isinstance(field, forms.CharField) and not 0 < (bound(field) or 0) <= LONGEST
    ] == []


@pytest.mark.django_db
def test_every_text_field_in_the_admin_has_a_maximum_length() -> None:
    unbounded = []
    for model in get_page_models():
        if model.__module__.partition(".")[0] in PACKAGES:
            form = model.get_edit_handler().get_form_class()
            for name, field in form.base_fields.items():
                if isinstance(field, forms.CharField) and name in {
                    one.name for one in model._meta.local_fields
                }:
                    unbounded += [] if bound(field) else [f"{model.__name__}.{name}"]
    assert unbounded == []


def test_every_text_block_has_a_maximum_length() -> None:
    def texts(block: blocks.Block) -> Iterator[blocks.FieldBlock]:
        for child in getattr(block, "child_blocks", {}).values():
            yield from texts(child)
        if isinstance(block, blocks.ListBlock):
            yield from texts(block.child_block)
        if isinstance(block, blocks.FieldBlock) and isinstance(block.field, forms.CharField):
            yield block

    found = list(texts(ChapterBlock()))
    assert len(found) == 4
    assert [block.name for block in found if not bound(block.field)] == []


@pytest.mark.django_db
def test_services_refuse_a_text_that_is_too_long_even_without_a_form() -> None:
    long = "a" * (LONGEST + 1)
    thread, anna = new_thread(), new_member("Anna")
    with pytest.raises(ValidationError):
        discussions.post_message(thread=thread, actor=anna, text="a" * 10_001)
    post = discussions.post_message(thread=thread, actor=anna, text="a" * 10_000)
    with pytest.raises(ValidationError):
        discussions.edit_post(post=post, actor=anna, text="a" * 10_001)
    with pytest.raises(ValidationError):
        ProjectFactory(description=long)
    admin = MembershipFactory(role="admin")
    with pytest.raises(ValidationError):
        organisations.edit_organisation(
            actor=admin.member, organisation=admin.organisation, description=long, website=""
        )
    with pytest.raises(ValidationError):
        send_message(actor=None, kind=ContactMessageKind.CONTACT, text=long)
    assert not RenderedText.objects.filter(html__contains=long).exists()
