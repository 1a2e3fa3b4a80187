"""Exported spreadsheets contain text only, and no formula that a spreadsheet program would run."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.test import Client
from django.utils.functional import lazy
from openpyxl import load_workbook
from wagtail.admin.views.mixins import SpreadsheetExportMixin

from community.audit.actions import log_action
from community.members.models import Member
from core.spreadsheets import as_text
from tests.factories import ArticleFactory, MembershipFactory
from tests.operations.test_staff import staff_member

pytestmark = pytest.mark.django_db

FORMULA = '=HYPERLINK("https://elsewhere.example";"Öppna")'
REPORTS = ("/admin/reports/site-history/", "/admin/reports/aging-pages/")


@pytest.fixture
def staff(client: Client) -> Member:
    member = staff_member()
    member.is_superuser = True
    member.first_name = "@SUM(A1)"
    member.save()
    client.force_login(member)
    return member


def cells(client: Client, report: str, kind: str) -> list[Any]:
    data = b"".join(client.get(report, {"export": kind}).streaming_content)
    if kind == "csv":
        return [cell for row in csv.reader(StringIO(data.decode())) for cell in row]
    return [cell for row in load_workbook(BytesIO(data)).active.values for cell in row]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("report", REPORTS)
def test_no_cell_of_a_report_is_a_formula(client: Client, staff: Member, report: str, kind: str) -> None:
    log_action(actor=staff, action="wagtail.edit", subject=MembershipFactory().organisation, why=FORMULA)
    page = ArticleFactory(title=FORMULA)
    page.save_revision(user=staff).publish(user=staff)
    texts = [cell for cell in cells(client, report, kind) if isinstance(cell, str)]
    assert f"'{FORMULA}" in texts
    assert not [text for text in texts if text.startswith(tuple("=+-@\t\r"))]


@pytest.mark.parametrize(
    ("value", "taken"),
    [
        ("=1+1", "'=1+1"),
        ("+46 70 123", "'+46 70 123"),
        ("-1", "'-1"),
        ("@SUM(1)", "'@SUM(1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("＝1", "'＝1"),
        ("a = b", "a = b"),
        ("", ""),
        (-1, -1),
        (None, None),
    ],
)
def test_text_that_looks_like_a_formula_is_marked_as_text(value: Any, taken: Any) -> None:
    assert as_text(value) == taken


def test_values_converted_to_text_during_the_export_are_marked_too() -> None:
    view = SpreadsheetExportMixin()
    late = lazy(lambda: "=1", str)()
    for value in (late, ["=1", "2"], Member(first_name="=1", last_name="2")):
        for kind in view.FORMATS:
            assert str(view.preprocess_field_value("any", value, kind)).startswith("'=1")
