"""Loads the missing parts of the demonstration. Existing objects stay as they are, also those that visitors changed."""

from __future__ import annotations

from collections import Counter

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django_tasks_db.models import DBTaskResult

from demonstration.load import discussions, knowledge, members, organisations, projects
from demonstration.load.terms import Terms
from search.backends import on_every_backend
from search.indexing import rebuild


def load_demonstration() -> Counter[str]:
    """All of it or, if something fails, nothing; how many of each kind were added. Days are counted back from now."""
    now = timezone.now()
    with translation.override(settings.LANGUAGE_CODE), transaction.atomic():
        terms = Terms.read()
        loaded = Counter(
            members=members.load_members(),
            organisations=organisations.load_organisations(terms),
            memberships=organisations.load_memberships(),
            projects=projects.load_projects(terms, now),
            facts=knowledge.load_facts(),
            pages=knowledge.load_home() + knowledge.load_pages(terms, now),
            adoptions=projects.load_adoptions(now),
            results=projects.load_results(),
            stages=projects.load_history(),
            posts=discussions.load_threads(now),
        )
    if loaded.total():
        index_everything()
    return +loaded


def index_everything() -> None:
    """Once for all, in place of the hundreds of small tasks that were queued on the way."""
    DBTaskResult.objects.ready().filter(queue_name="index").delete()
    on_every_backend(rebuild)
