"""The kinds of subject of this package."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.audience import EDITORS, STAFF, member_token
from core.signals import send_state
from knowledge.authorship import has_left
from knowledge.listings import SITEMAP, newest_pages
from knowledge.models import File, Work
from knowledge.search import SEARCH
from knowledge.signals import WorksChanged, works_changed
from knowledge.topics import topics_of_work
from subjects.audience import SubjectState
from subjects.listings import ApiRoutes
from subjects.types import SubjectType, register


def state_of_work(work: Work) -> SubjectState:
    """A work is out while one of its pages is live. Before that, editors, staff and its authors see it."""
    pages = list(work.pages.values_list("live", "owner_id")) if work.pk else []
    if any(live for live, _owner in pages):
        return SubjectState(is_out=True)
    authors = {owner for _live, owner in pages if owner and not has_left(owner, work.pk)}
    return SubjectState(is_out=False, writers={STAFF, EDITORS, *(member_token(author) for author in authors)})


def state_of_file(file: File) -> SubjectState:
    """No organisation owns a file. A file that is not for everyone or for members is for editors and staff. Until an
    editor has chosen its readers, no one may read it."""
    has_been_chosen = file.subject_id and file.subject.is_out
    return SubjectState(writers={STAFF, EDITORS} if has_been_chosen else ())


def language_of_work(work: Work) -> str:
    return work.page.language if work.page else ""


def authors_of_work(work: Work) -> set[int]:
    return {page.owner_id for page in work.pages.all() if page.owner_id}


def announce_work(work: Work) -> None:
    send_state(works_changed, WorksChanged((work.pk,)))


WORK = SubjectType(
    code="work",
    model=Work,
    label=_("Page"),
    label_plural=_("Pages"),
    language=language_of_work,
    authors=authors_of_work,
    announce=announce_work,
    prefetch=("pages__locale",),
    state=state_of_work,
    topics=lambda work: topics_of_work(work.pk),
    position=10,
    urls=None,
    search=SEARCH,
    sitemap=SITEMAP,
    feed=newest_pages,
    api=ApiRoutes("/works", "knowledge.api.router"),
)
FILE = SubjectType(
    code="file",
    model=File,
    label=_("File"),
    label_plural=_("Files"),
    state=state_of_file,
    topics=lambda file: (),
    has_thread=False,
    urls=None,
    search=None,
    sitemap=None,
    feed=None,
    api=None,
)


def register_all() -> None:
    register(WORK)
    register(FILE)
