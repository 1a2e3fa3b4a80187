"""What an empty database needs, in order; after every migrate, and after every flush of a test."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType

from community.members.models import Member
from community.members.roles import seed_roles
from community.organisations.models import Membership, MergeCandidate, Organisation
from community.organisations.seeding import seed_organisations
from community.projects.models import ImportRun, Participation, Project
from knowledge.models import Area, Place, Tag, Technology, Theme
from knowledge.seeding import EDITORS, seed_site, seed_taxonomy

KEPT_BY_EDITORS = (
    *(Area, Place, Tag, Technology, Theme),
    *(Project, Participation, Organisation, Membership, MergeCandidate),
)
SEEN_BY_EDITORS = (ImportRun, Member)


def seed(sender: Any, **kwargs: Any) -> None:
    seed_taxonomy()
    seed_site()
    seed_organisations()
    seed_roles()
    grant_editors()


def grant_editors() -> None:
    """Editors keep the vocabulary and mend members' records; they delete none of them, and see who the members are."""
    editors, _ = Group.objects.get_or_create(name=EDITORS)
    kept = ContentType.objects.get_for_models(*KEPT_BY_EDITORS).values()
    seen = ContentType.objects.get_for_models(*SEEN_BY_EDITORS).values()
    editors.permissions.add(
        *Permission.objects.filter(content_type__in=kept)
        .exclude(codename__startswith="delete_")
        .exclude(codename="add_project"),
        *Permission.objects.filter(content_type__in=seen, codename__startswith="view_"),
    )
