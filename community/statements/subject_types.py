"""The kind of subject of this package."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from community.participation.models import Participation, Role
from community.statements.models import Statement
from community.statements.search import SEARCH
from community.statements.signals import StatementsChanged, statements_changed
from community.statements.topics import topics_of
from core.audience import ANONYMOUS, organisation_token
from core.signals import send_state
from subjects.audience import SubjectState, narrowed
from subjects.listings import ApiRoutes, Sitemap, UrlRoutes
from subjects.models import Visibility
from subjects.types import SubjectType, register


def state_of_statement(statement: Statement) -> SubjectState:
    """A statement is out while it is open. Its organisation sees an ended one. No one sees it who may not see the
    organisation and what it is about."""
    about = statement.about
    within = statement.organisation.audience
    writers = {organisation_token(statement.organisation_id)}
    if about:
        within = narrowed(about.audience, within=within)
        if not about.is_out:
            writers |= about.audience
    return SubjectState(
        is_out=statement.ended_at is None,
        owner_id=statement.organisation_id,
        partner_ids=partners_of(statement),
        writers=writers,
        within=within,
    )


def partners_of(statement: Statement) -> list[int]:
    """The partners in what it is about. Read only where the statement is for the organisation and its partners."""
    if not (statement.about_id and statement.subject_id and statement.visibility == Visibility.ORGANISATION):
        return []
    partners = Participation.objects.filter(subject=statement.about_id, role=Role.PARTNER)
    return list(partners.values_list("organisation", flat=True))


def announce_statement(statement: Statement) -> None:
    send_state(statements_changed, StatementsChanged((statement.pk,)))


def public_statements() -> QuerySet[Any]:
    return Statement.objects.visible_to(ANONYMOUS).current().only("pk").order_by("pk")


STATEMENT = SubjectType(
    code="statement",
    model=Statement,
    label=_("Offered or sought"),
    label_plural=_("Offered and sought"),
    language=lambda statement: statement.reading_language,
    authors=lambda statement: {statement.author_id} - {None},
    announce=announce_statement,
    state=state_of_statement,
    topics=topics_of,
    position=25,
    urls=UrlRoutes(_("offered-and-sought/"), "community.statements.urls"),
    search=SEARCH,
    sitemap=Sitemap("statements", public_statements),
    feed=None,
    api=ApiRoutes("/statements", "community.statements.api.router"),
)


def register_all() -> None:
    register(STATEMENT)
