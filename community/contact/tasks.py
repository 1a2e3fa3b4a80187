from __future__ import annotations

from django.urls import reverse

from community.contact.models import ContactMessage
from community.contact.streams import CONTACT_MESSAGES
from community.mail import services
from core.own_address import whole_address
from core.tasks import task
from knowledge.models import OperatorInfo


@task(queue="mail")
def mail_operators(*, message_id: int) -> None:
    """Mail the site's contact address a link to the message, without its text. Safe to repeat: the key is the
    message's. Does nothing without a contact address."""
    facts = OperatorInfo.load()
    message = ContactMessage.objects.filter(pk=message_id).first()
    if message and facts.email:
        path = reverse("wagtailsnippets_contact_contactmessage:edit", args=[message.pk])
        services.send(
            to=services.address_for(facts.email),
            stream=CONTACT_MESSAGES.code,
            key=f"contact_message:{message.pk}",
            template="contact_message",
            context={"kind": message.get_kind_display(), "message_url": whole_address(path)},
        )
