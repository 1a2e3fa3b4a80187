"""The upgrade moves the sentences of organisations, and two texts of projects, to statements."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps

from community.organisations.models import Statement as EarlierStatement
from community.projects.models import Project
from community.statements.models import Statement
from community.statements.splitting import sentences_in
from knowledge.models import Area
from subjects.services import set_visibility
from tests.factories import MembershipFactory, OrganisationFactory, ProjectFactory

MIGRATION = import_module("community.statements.migrations.0002_move_texts")


@pytest.mark.django_db
@pytest.mark.embedded
def test_sentences_and_texts_become_statements_that_the_same_readers_see() -> None:
    organisation = OrganisationFactory()
    earlier = EarlierStatement(organisation=organisation, kind="does", text="Vi räknar.", text_en="We count.")
    earlier.areas.set([Area.objects.get(code="09")])
    earlier.save()
    anna = MembershipFactory()
    public, hidden, draft = (
        ProjectFactory(organisation=anna.organisation, author=anna.member, publish=publish)
        for publish in (True, True, False)
    )
    set_visibility(instance=hidden, visibility="members")
    Project.objects.update(offers="- **Kod** på [webben](https://a.se)\n- Ett avtal", contact=anna.member)
    Project.objects.filter(pk=draft.pk).update(seeks="A partner", language="en")
    MIGRATION.move(apps, None)
    MIGRATION.move(apps, None)
    own = Statement.objects.get(about=None)
    assert (own.organisation, own.kind, own.text, own.text_en) == (
        organisation,
        "does",
        "Vi räknar.",
        "We count.",
    )
    assert [area.code for area in own.areas.all()] == ["09"]
    assert own.subject.thread.post_count == 0
    for project in (public, hidden, draft):
        project.refresh_from_db()
        said = project.subject.statements.filter(kind="offers").order_by("pk")
        field = "text_en" if project == draft else "text"
        assert [getattr(one, field) for one in said] == ["Kod på webben", "Ett avtal"]
        assert {one.audience for one in said} == {project.audience}
        assert {one.contact for one in said} == {anna.member}
    assert draft.subject.statements.get(kind="seeks").text_en == "A partner"


def test_a_text_is_split_by_lines_and_a_long_line_by_sentences() -> None:
    assert sentences_in("Kod\n\n* Data \n* Kod\n") == ["Kod", "Data"]
    assert sentences_in("") == sentences_in("\u200b \n") == []
    sentences = [
        f"Vi delar allt vi har skrivit om hur skola {n} planerar sin mat under läsåret." for n in range(9)
    ]
    parts = sentences_in(" ".join(sentences))
    assert " ".join(parts) == " ".join(sentences)
    assert all(len(part) <= 300 and part.endswith("läsåret.") for part in parts)
    words = " ".join(map(str, range(300)))
    long = sentences_in(f"{words.replace(' ', '')} {words}")
    assert max(map(len, long)) <= 300
    assert "".join(long).replace(" ", "") == words.replace(" ", "") * 2
