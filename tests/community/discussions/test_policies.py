from __future__ import annotations

import pytest
from django.utils import timezone

from community.discussions import policies
from community.discussions.models import Post, Thread
from core.audience import ANONYMOUS, MEMBERS, MODERATORS, PUBLIC, STAFF, Viewer, organisation_token
from subjects.models import Subject

AUTHOR = Viewer(1, frozenset({PUBLIC, MEMBERS, "member:1"}))
MEMBER = Viewer(2, frozenset({PUBLIC, MEMBERS, "member:2"}))
STAFF_MEMBER = Viewer(3, frozenset({PUBLIC, MEMBERS, "member:3", STAFF}))
MODERATOR = Viewer(5, frozenset({PUBLIC, MEMBERS, "member:5", MODERATORS}))
COLLEAGUE = Viewer(4, frozenset({PUBLIC, MEMBERS, "member:4", organisation_token(7)}))
VIEWERS = {
    "public": ANONYMOUS,
    "author": AUTHOR,
    "member": MEMBER,
    "staff": STAFF_MEMBER,
    "moderator": MODERATOR,
    "colleague": COLLEAGUE,
}

RULES = {
    "read": lambda viewer, post: policies.can_read(viewer, post.thread),
    "post": lambda viewer, post: policies.can_post(viewer, post.thread),
    "edit": policies.can_edit_own,
    "remove": policies.can_remove,
    "lock": lambda viewer, post: policies.can_lock(viewer, post.thread),
}

# rule: the viewers that it allows in an open thread, in a closed one, for a removed post,
# and in a thread of one organisation
MATRIX = {
    "read": ("public author member staff moderator colleague",) * 3 + ("colleague",),
    "post": (
        "author member staff moderator colleague",
        "",
        "author member staff moderator colleague",
        "colleague",
    ),
    "edit": ("author", "", "", ""),
    "remove": ("author staff moderator", "author staff moderator", "", ""),
    "lock": ("staff moderator", "staff moderator", "staff moderator", ""),
}
SITUATIONS = ("open", "closed", "removed", "organisation's")


def post_in(situation: str) -> Post:
    audience = {organisation_token(7)} if situation == "organisation's" else {PUBLIC}
    now = timezone.now()
    subject = Subject(audience=frozenset(audience))
    thread = Thread(subject=subject, locked_at=now if situation == "closed" else None)
    return Post(thread=thread, author_id=1, removed_at=now if situation == "removed" else None)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("who", VIEWERS)
def test_each_rule_allows_the_viewers_of_the_matrix(rule: str, situation: str, who: str) -> None:
    decision = RULES[rule](VIEWERS[who], post_in(situation))
    allowed = MATRIX[rule][SITUATIONS.index(situation)].split()
    assert decision.allowed == (who in allowed)
    assert decision.allowed or str(decision.reason)
