from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from community.statements import topics
from community.statements.models import Statement
from community.statements.services import ask_to_renew
from community.statements.signals import StatementsChanged, statements_changed
from core.signals import send_state, states_together
from core.tasks import task

LOOKED_BACK = timedelta(days=7)


@task(queue="framework")
def follow_dates() -> None:
    """Ask the contacts of statements that end soon, and take those that ended lately off cached pages and the search
    index. Lists leave them out by themselves. May be called twice."""
    today = timezone.localdate()
    ask_to_renew(today=today)
    expired = list(Statement.objects.open().filter(until__lt=today, until__gte=today - LOOKED_BACK))
    topics.invalidate(expired)
    with states_together():
        for start in range(0, len(expired), 500):
            ids = tuple(one.pk for one in expired[start : start + 500])
            send_state(statements_changed, StatementsChanged(ids))
