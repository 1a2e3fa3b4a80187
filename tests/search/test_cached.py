"""Similar records beside a page are cached until the index changes, and only for viewers with the same rights."""

from __future__ import annotations

import pytest
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails
from pytest_django import DjangoAssertNumQueries

from community.projects.models import Project
from core.audience import ANONYMOUS, MEMBERS, PUBLIC, Viewer, member_token, organisation_token
from search.beside import similar
from search.database.backend import DatabaseBackend
from search.indexing import rebuild, sync
from tests.factories import ProjectFactory
from tests.support.subjects import show_to

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


def member(number: int) -> Viewer:
    tokens = {PUBLIC, MEMBERS, member_token(number), organisation_token(number)}
    return Viewer(member_id=number, tokens=frozenset(tokens))


def beside(project: Project, viewer: Viewer) -> str:
    request = RequestFactory().get("/", headers={"hx-request": "true"})
    request.viewer, request.htmx = viewer, HtmxDetails(request)
    return similar(request, "project", project.pk).text


@pytest.fixture
def alike(embedded: DatabaseBackend) -> tuple[Project, Project, Project]:
    """Create a project, one like it, one like it for members only, and some on other subjects."""
    titles = ("Lyssna efter läckor i rören", "Läckor i rören hörs", "Läckor i rören, för medlemmar")
    read, public, inner = (ProjectFactory(title=title) for title in titles)
    show_to(inner, frozenset({MEMBERS}))
    for number in range(6):
        ProjectFactory(title=f"Snöröjning {number}", benefit="Väder.")
    rebuild(embedded)
    return read, public, inner


def test_similar_records_are_searched_for_once(
    alike: tuple[Project, Project, Project], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = beside(alike[0], ANONYMOUS)
    assert "Läckor i rören hörs" in first
    with django_assert_num_queries(2):  # Checks whether the subject and the cached hits may be seen now.
        assert beside(alike[0], ANONYMOUS) == first


def test_members_with_the_same_rights_share_the_cache_and_visitors_do_not(
    alike: tuple[Project, Project, Project], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shown = beside(alike[0], member(7_000))
    assert "för medlemmar" in shown
    with django_assert_num_queries(2):  # Checks whether the subject and the cached hits may be seen now.
        assert beside(alike[0], member(8_000)) == shown
    assert "för medlemmar" not in beside(alike[0], ANONYMOUS)


def test_a_hidden_project_is_gone_after_the_next_write_of_the_index(
    alike: tuple[Project, Project, Project],
) -> None:
    read, public, _inner = alike
    assert "Läckor i rören hörs" in beside(read, ANONYMOUS)
    show_to(public, frozenset({MEMBERS}))
    sync({"project": [public.pk]})
    assert "Läckor i rören hörs" not in beside(read, ANONYMOUS)
    assert "Läckor i rören hörs" in beside(read, member(7_000))


def test_a_new_right_takes_effect_at_once(alike: tuple[Project, Project, Project]) -> None:
    read, public, _inner = alike
    assert "Läckor i rören hörs" in beside(read, member(7_000))
    show_to(public, frozenset({organisation_token(7_000)}))
    sync({"project": [public.pk]})
    assert "Läckor i rören hörs" in beside(read, member(7_000))
    assert "Läckor i rören hörs" not in beside(read, member(8_000))
