"""Rows for tests, created by the services that members use where possible.

MemberFactory()                                   a member with an account
MembershipFactory(organisation=o, role="admin")   … who speaks for an organisation; `waiting=True` still waits
ProjectFactory(organisation=o, title="…")         posted by a member of o; `publish=False` is a draft
ReferenceFactory()                                imported from a published inventory
StatementFactory(organisation=o)                  something it offers; `project=p` is about a project of it
UseCaseFactory(), GuideFactory(), ArticleFactory()  published; `live=False` is a draft
translated(page, title="…")                       the page in the other language, published
"""

from tests.factories.knowledge import ArticleFactory, GuideFactory, UseCaseFactory, translated
from tests.factories.members import MemberFactory
from tests.factories.organisations import MembershipFactory, OrganisationFactory
from tests.factories.projects import ParticipationFactory, ProjectFactory, ReferenceFactory, ResultFactory
from tests.factories.statements import StatementFactory

__all__ = [
    "ArticleFactory",
    "GuideFactory",
    "MemberFactory",
    "MembershipFactory",
    "OrganisationFactory",
    "ParticipationFactory",
    "ProjectFactory",
    "ReferenceFactory",
    "ResultFactory",
    "StatementFactory",
    "UseCaseFactory",
    "translated",
]
