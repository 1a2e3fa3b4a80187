from __future__ import annotations

from wagtail.actions.base import BaseAction
from wagtail.actions.publish_revision import PublishRevisionAction
from wagtail.models import Revision

from community.members.models import Member
from community.projects.models import Project


class PublishVersion(PublishRevisionAction):
    """Publish a version that is in memory, and its revision.

    Wagtail's own action reads the version from the revision's JSON, with a query for each row that it refers to. This
    class gets the version instead. It does not call its parent's `__init__`, which reads it. The rest is Wagtail's.
    """

    def __init__(self, version: Project, revision: Revision, user: Member) -> None:
        BaseAction.__init__(self, version, user=user)
        self.object, self.revision = version, revision
        self.changed, self.log_action, self.previous_revision = True, True, None
