from __future__ import annotations

from django.urls import reverse

from community.mail import services
from community.members.streams import LETTERS
from core.own_address import whole_address
from core.tasks import task
from knowledge.models import Letter, SiteFacts


@task(queue="mail")
def tell_of_letter(*, letter_id: int) -> None:
    """Tell those who run the site that somebody wrote, and where to read it; not what it says."""
    facts = SiteFacts.load()
    letter = Letter.objects.filter(pk=letter_id).first()
    if letter and facts.email:
        path = reverse(letter.snippet_viewset.get_url_name("edit"), args=[letter.pk])
        services.send(
            to=services.address_for(facts.email),
            stream=LETTERS.code,
            key=f"letter:{letter.pk}",
            template="letter",
            context={"kind": letter.get_kind_display(), "letter_url": whole_address(path)},
        )
