"""The template tags that other packages use show only what the reader may see."""

from __future__ import annotations

import pytest

from community.projects.templatetags.projects import numbers, participants_of
from core.audience import ANONYMOUS, MEMBERS, Viewer
from tests.factories import OrganisationFactory, ParticipationFactory, UseCaseFactory
from tests.support.subjects import show_to

pytestmark = pytest.mark.django_db


def test_cards_and_numbers_do_not_count_organisations_that_the_reader_may_not_see() -> None:
    page = UseCaseFactory()
    shown, hidden = OrganisationFactory(), OrganisationFactory()
    for organisation in (shown, hidden):
        ParticipationFactory(project=None, work=page.work, organisation=organisation, role="adopter")
    show_to(hidden, frozenset({MEMBERS}))
    member = Viewer(member_id=None, tokens=ANONYMOUS.tokens | {MEMBERS})
    assert [participants_of([page], viewer)[page.work_id]["adopters"] for viewer in (ANONYMOUS, member)] == [
        1,
        2,
    ]
    assert [numbers(viewer)["adoptions"] for viewer in (ANONYMOUS, member)] == [1, 2]
