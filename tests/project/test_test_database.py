"""The suite's database keeps the rows of migrations and post_migrate, even if a test commits."""

import pytest
from wagtail.models import Locale, Page

from community.members.models import Member

pytestmark = pytest.mark.embedded


@pytest.mark.parametrize("time", ["first", "second"])
@pytest.mark.django_db(transaction=True)
def test_rows_committed_by_one_test_are_gone_in_the_next(time: str) -> None:
    assert not Member.objects.exists()
    Member.objects.create_user(email="anna@example.org", password="a long password", first_name="Anna")


@pytest.mark.django_db(transaction=True)
def test_the_root_page_and_the_languages_survive_tests_that_commit() -> None:
    assert Page.objects.filter(depth=1).count() == 1
    assert Locale.objects.exists()
