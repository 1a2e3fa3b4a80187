"""The visibility of a project: no way to publish or withdraw it shows it to more viewers than its members chose."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from community.members.models import Member
from community.organisations.merging import merge_organisations
from community.projects import services
from community.projects.cards import Card
from community.projects.forms import PROJECT_VISIBILITIES
from community.projects.models import Project
from core.audience import ANONYMOUS, viewer_for
from subjects.models import Visibility
from tests.factories import MemberFactory, MembershipFactory, ProjectFactory

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

SEEN_BY = {
    Visibility.PUBLIC: {"visitor", "member", "staff", "colleague"},
    Visibility.MEMBERS: {"member", "staff", "colleague"},
    Visibility.ORGANISATION: {"colleague"},
}


class Scene:
    """A project with two versions that was public first and then got the chosen visibility."""

    def __init__(self, chosen: Visibility) -> None:
        self.colleague = MembershipFactory()
        self.organisation = self.colleague.organisation
        self.author: Member = MembershipFactory(organisation=self.organisation).member
        self.project = ProjectFactory(organisation=self.organisation, author=self.author, title="First")
        self.first = self.project.latest_revision
        self.edit(title="Second")
        services.change_visibility(actor=self.author, project=self.fresh, to=chosen)
        self.people = {"member": MemberFactory(), "staff": MemberFactory(is_staff=True, is_superuser=True)}

    @property
    def fresh(self) -> Project:
        return Project.objects.get(pk=self.project.pk)

    def edit(self, title: str, *, publish: bool = True) -> None:
        card = Card(title=title, stage="pilot")
        services.edit_project(actor=self.author, project=self.project, card=card, publish=publish)

    def withdraw(self) -> None:
        services.withdraw_project(actor=self.author, project=self.project)

    def seen_by(self) -> set[str]:
        viewers = {who: viewer_for(member) for who, member in self.people.items()}
        viewers |= {"visitor": ANONYMOUS, "colleague": viewer_for(self.colleague.member)}
        seen = Project.objects.filter(pk=self.project.pk)
        return {who for who, viewer in viewers.items() if seen.visible_to(viewer).exists()}

    # -- the admin

    @property
    def staff(self) -> Client:
        browser = Client()
        browser.force_login(self.people["staff"])
        return browser

    def admin(self, view: str, *args: object, **data: str) -> int:
        address = reverse(f"wagtailsnippets_projects_project:{view}", args=[self.project.pk, *args])
        return int(self.staff.post(address, data).status_code)

    def admin_publish(self) -> None:
        form = {"title": "By staff", "stage": "pilot", "language": "sv", "action-publish": "1"}
        self.admin("edit", **form)


def withdraw_and_publish(scene: Scene) -> None:
    scene.withdraw()
    scene.edit(title="Third")


def withdraw_and_restore(scene: Scene) -> None:
    scene.withdraw()
    services.restore_version(actor=scene.author, project=scene.fresh, revision=scene.first)
    scene.edit(title="Third")


def discard(scene: Scene) -> None:
    scene.edit(title="Third", publish=False)
    services.discard_draft(actor=scene.author, project=scene.fresh)


def unpublish_in_the_admin(scene: Scene) -> None:
    scene.admin("unpublish")


def unpublish_and_publish_in_the_admin(scene: Scene) -> None:
    scene.admin("unpublish")
    scene.admin_publish()


def unpublish_in_the_admin_and_publish_by_the_author(scene: Scene) -> None:
    scene.admin("unpublish")
    scene.edit(title="Third")


def revert_in_the_admin(scene: Scene) -> None:
    form = {"title": "First", "stage": "pilot", "language": "sv", "revision": str(scene.first.pk)}
    scene.admin("revisions_revert", scene.first.pk, **form, **{"action-publish": "1"})


def unpublish_and_revert_in_the_admin(scene: Scene) -> None:
    scene.admin("unpublish")
    revert_in_the_admin(scene)


def publish_an_old_version(scene: Scene) -> None:
    scene.first.publish()


def withdraw_and_publish_by_schedule(scene: Scene) -> None:
    scene.withdraw()
    revision = scene.fresh.latest_revision
    revision.approved_go_live_at = timezone.now() - timedelta(minutes=1)
    revision.save(update_fields=["approved_go_live_at"])
    call_command("publish_scheduled", verbosity=0)
    assert scene.fresh.live


def expire_by_schedule(scene: Scene) -> None:
    Project.objects.filter(pk=scene.project.pk).update(expire_at=timezone.now() - timedelta(minutes=1))
    call_command("publish_scheduled", verbosity=0)
    assert not scene.fresh.live


def merge(scene: Scene) -> None:
    keep = MembershipFactory()
    merge_organisations(keep=keep.organisation, absorb=scene.organisation, actor=scene.people["staff"])


def merge_a_draft_and_publish(scene: Scene) -> None:
    scene.withdraw()
    merge(scene)
    scene.edit(title="Third")


CHANGES: tuple[tuple[Callable[[Scene], None], bool], ...] = (
    (lambda scene: scene.edit(title="Third"), True),
    (lambda scene: scene.edit(title="Third", publish=False), True),
    (Scene.withdraw, False),
    (withdraw_and_publish, True),
    (withdraw_and_restore, True),
    (
        lambda scene: services.restore_version(actor=scene.author, project=scene.fresh, revision=scene.first),
        True,
    ),
    (discard, True),
    (unpublish_in_the_admin, False),
    (unpublish_and_publish_in_the_admin, True),
    (unpublish_in_the_admin_and_publish_by_the_author, True),
    (revert_in_the_admin, True),
    (unpublish_and_revert_in_the_admin, True),
    (publish_an_old_version, True),
    (withdraw_and_publish_by_schedule, True),
    (expire_by_schedule, False),
    (merge, True),
    (merge_a_draft_and_publish, True),
)
"""Each change of the state of a project, and whether the project is published afterwards."""


@pytest.mark.parametrize("chosen", PROJECT_VISIBILITIES)
@pytest.mark.parametrize(
    ("change", "is_published_after"), CHANGES, ids=lambda value: getattr(value, "__name__", "")
)
def test_no_change_shows_a_project_to_more_viewers_than_chosen(
    change: Callable[[Scene], None], is_published_after: bool, chosen: Visibility
) -> None:
    scene = Scene(chosen)
    assert scene.seen_by() == SEEN_BY[chosen]
    change(scene)
    assert scene.seen_by() <= SEEN_BY[chosen]
    assert scene.fresh.visibility == chosen
    if is_published_after:
        assert scene.seen_by() == SEEN_BY[chosen]


@pytest.mark.parametrize("chosen", [Visibility.PUBLIC, Visibility.MEMBERS])
def test_a_project_that_staff_unpublish_and_publish_again_has_its_former_viewers(chosen: Visibility) -> None:
    scene = Scene(chosen)
    unpublish_in_the_admin(scene)
    assert scene.seen_by() == {"staff", "colleague"}
    scene.admin_publish()
    assert scene.fresh.title == "By staff"
    assert scene.seen_by() == SEEN_BY[chosen]


def test_the_admin_has_no_page_of_a_project_that_only_its_organisation_sees() -> None:
    scene = Scene(Visibility.ORGANISATION)
    owned = scene.project.subject.participations.get()
    versions = [scene.first.pk]
    pages = [
        *(
            ("project", view, scene.project.pk, [])
            for view in ("edit", "delete", "history", "usage", "unpublish")
        ),
        ("project", "revisions_revert", scene.project.pk, versions),
        ("project", "revisions_compare", scene.project.pk, ["earliest", "latest"]),
        *(("participation", view, owned.pk, []) for view in ("edit", "delete")),
    ]
    for model, view, pk, more in pages:
        package = "projects" if model == "project" else "participation"
        address = reverse(f"wagtailsnippets_{package}_{model}:{view}", args=[pk, *more])
        assert (scene.staff.get(address).status_code, scene.staff.post(address).status_code) == (404, 404)
    for model, pk in (("project", scene.project.pk), ("participation", owned.pk)):
        for chosen in (str(pk), "all"):
            package = "projects" if model == "project" else "participation"
            several = reverse("wagtail_bulk_action", args=[package, model, "delete"])
            assert scene.staff.get(several, {"id": chosen}).status_code == 404
            assert scene.staff.post(f"{several}?id={chosen}").status_code == 404
    for listing in (
        "wagtailsnippets_projects_project:list",
        "wagtailsnippets_participation_participation:list",
        "wagtailsnippetchoosers_projects_project:choose",
        "wagtailsnippetchoosers_projects_project:choose_results",
    ):
        assert scene.project.title not in scene.staff.get(reverse(listing)).content.decode()
        assert "Second" not in scene.staff.get(reverse(listing)).content.decode()
    assert scene.fresh.live


def test_publishing_again_shows_a_message_of_who_can_see_the_project() -> None:
    scene = Scene(Visibility.ORGANISATION)
    scene.withdraw()
    browser = Client()
    browser.force_login(scene.author)
    form = {"title": "Third", "stage": "pilot", "language": "en", "publish": "1"}
    answer = browser.post(reverse("projects:edit", args=[scene.project.pk]), form, follow=True)
    page = answer.content.decode()
    assert f"Bara de som företräder {scene.organisation.name} kan se projektet." in page
    assert "Alla kan se projektet" not in page
