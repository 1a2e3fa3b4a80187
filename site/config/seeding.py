"""Fills an empty database with the content that the site needs. Runs after every migrate. Safe to repeat."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from wagtail.models import Collection, GroupCollectionPermission

from community.contact.models import ContactMessage
from community.inventories.models import ImportRun
from community.members.roles import seed_roles
from community.organisations.models import Membership, MergeCandidate, Organisation
from community.organisations.seeding import seed_organisations
from community.participation.models import Measure, Participation
from community.participation.seeding import seed_measures
from community.projects.models import Project
from knowledge.models import Area, Capability, Code, OperatorInfo, Place, Tag, Technology, Theme
from knowledge.seeding import EDITORS, seed_plain_pages, seed_sections, seed_site, seed_taxonomy

EDITABLE = (
    *(Area, Capability, Code, Measure, Place, Tag, Technology, Theme),
    *(Project, Participation, Organisation, Membership, MergeCandidate),
    *(ContactMessage, OperatorInfo),
)
VIEWABLE = (ImportRun,)
UPLOAD_PERMISSIONS = ("add", "change", "choose")


def seed(sender: Any, **kwargs: Any) -> None:
    seed_taxonomy()
    seed_measures()
    seed_site()
    seed_sections()
    seed_plain_pages()
    seed_organisations()
    seed_roles()
    grant_editors()


def grant_editors() -> None:
    """Let editors add and change terms, change members' records, view imports, translate pages, and upload files and
    pictures. Gives no permission to delete."""
    editors, _ = Group.objects.get_or_create(name=EDITORS)
    kept = ContentType.objects.get_for_models(*EDITABLE).values()
    seen = ContentType.objects.get_for_models(*VIEWABLE).values()
    editors.permissions.add(
        *Permission.objects.filter(content_type__in=kept)
        .exclude(codename__startswith="delete_")
        .exclude(codename__in=["add_project", "add_contactmessage", "add_operatorinfo"]),
        *Permission.objects.filter(content_type__in=seen, codename__startswith="view_"),
        *Permission.objects.filter(content_type__app_label="wagtail_localize", codename="submit_translation"),
    )
    root = Collection.get_first_root_node()
    for permission in Permission.objects.filter(
        content_type__app_label__in=("wagtaildocs", "wagtailimages"),
        codename__in=[
            f"{permission}_{what}" for permission in UPLOAD_PERMISSIONS for what in ("document", "image")
        ],
    ):
        GroupCollectionPermission.objects.get_or_create(group=editors, collection=root, permission=permission)
